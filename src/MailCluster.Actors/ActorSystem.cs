using Microsoft.Extensions.Logging;

namespace MailCluster.Actors;

/// <summary>What the actors of one node share: the clock, the deadlines of asks, the log.</summary>
public sealed class ActorSystem : IDisposable
{
    private readonly DeadlineWheel _deadlines;

    private readonly Action<IThreadPoolWorkItem>? _queue;

    /// <param name="time">The clock of deadlines.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="queue">Runs the turns of all actors; the thread pool when null. A simulation gives its own, to decide their order.</param>
    public ActorSystem(TimeProvider time, ILoggerFactory loggers, Action<IThreadPoolWorkItem>? queue = null)
    {
        _queue = queue;
        Time = time;
        Log = loggers.CreateLogger("MailCluster.Actors");
        _deadlines = new DeadlineWheel(time);
    }

    public TimeProvider Time { get; }

    internal ILogger Log { get; }

    /// <summary>Turns run on the thread pool's threads, or on a sender's that would wait; not so in a simulation, which decides itself.</summary>
    internal bool RunsOnPool => _queue is null;

    /// <summary>
    /// Makes an ask for a router to hand on. Whoever ends up with the envelope answers it or fails it; the caller awaits the task, once.
    /// </summary>
    /// <param name="message">An immutable object.</param>
    /// <param name="timeout">From now; <see cref="Timeout.InfiniteTimeSpan"/> for none. Resolution 100 ms, never early.</param>
    /// <param name="cancellationToken">Stops the waiting; a message already begun is still carried out, one not yet begun never is.</param>
    /// <remarks>The task throws <see cref="AskTimeoutException"/>, <see cref="OperationCanceledException"/>, or what the actor failed with.</remarks>
    public Ask<TReply> CreateAsk<TReply>(object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        var envelope = AskEnvelope<TReply>.Rent(message, _deadlines, timeout, cancellationToken);
        return new Ask<TReply>(envelope, envelope.AsTask());
    }

    public void Dispose() => _deadlines.Dispose();

    /// <summary>Runs an action soon, not on the caller's stack, in the way of the actors' turns.</summary>
    public void Queue(Action action) => Queue(new ActionItem(action), preferLocal: false);

    internal void Queue(IThreadPoolWorkItem turn, bool preferLocal)
    {
        if (_queue is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal);
        }
        else
        {
            _queue(turn);
        }
    }

    private sealed class ActionItem(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}

/// <summary>A message that is about to be routed, and the task of its reply.</summary>
public readonly struct Ask<TReply>
{
    internal Ask(Envelope envelope, ValueTask<TReply> reply)
    {
        Envelope = envelope;
        Reply = reply;
    }

    public Envelope Envelope { get; }

    public ValueTask<TReply> Reply { get; }
}
