namespace MailCluster.Actors;

/// <summary>
/// The cell every actor lives in: a bounded queue, and a turn on the thread pool whenever there is something in it. An idle cell is this
/// object and nothing else: no thread, no timer, no task.
/// </summary>
/// <remarks>
/// <code>
/// phase:   Created ──first message──▶ Running ──Stop(), drained──▶ Stopping ──▶ Stopped
///             │                          └──handler threw, directive Stop──▶ Stopping
///             └──OnStartAsync threw──▶ Stopped; everything queued fails with what it threw
///
/// turns:   idle ──message──▶ scheduled ──thread pool──▶ running ──queue empty──▶ idle
///                               ▲──────had its share of turns──────┘
/// </code>
/// A sender that only waits for the answer lends its own thread instead of the pool's, for one turn: <see cref="TurnScope"/>.
/// While a handler awaits, the cell stays running: further messages queue and no second handler starts.
/// </remarks>
public abstract partial class ActorCell : IThreadPoolWorkItem
{
    /// <summary>Turns before the cell goes to the back of the pool's queue, so that a busy actor does not keep a thread from the others.</summary>
    private const int TurnsPerRun = 64;

    private readonly ActorSystem _system;
    private IActorParent? _parent;
    private long _memoryBytes;
    private int _scheduled;
    private Phase _phase;
    private bool _stopNow;

    protected ActorCell(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        _system = system;
    }

    private enum Phase : byte
    {
        Created,
        Running,
        Stopping,
        Stopped,
    }

    /// <summary>How many messages may wait. Those beyond are answered <see cref="BusyException"/>.</summary>
    protected virtual int MailboxCapacity => 4096;

    /// <summary>What logs and exceptions call the actor.</summary>
    protected virtual string Name => GetType().Name;

    protected ActorSystem System => _system;

    /// <summary>The actor's own estimate of its size, see <see cref="ReportMemory"/>.</summary>
    public long MemoryBytes => Volatile.Read(ref _memoryBytes);

    /// <summary>No handler runs and nothing waits. True only for the moment.</summary>
    public bool IsIdle => Volatile.Read(ref _scheduled) == 0;

    /// <summary>Names who hears of the actor's end. Before the first message, at most once.</summary>
    public void AttachTo(IActorParent parent)
    {
        if (_parent is not null)
        {
            throw new InvalidOperationException($"{Name} has a parent.");
        }

        _parent = parent;
    }

    /// <summary>Sends without an answer. The message is immutable.</summary>
    public EnqueueResult Tell(object message) => TryEnqueue(new TellEnvelope(message));

    /// <summary>Sends and awaits the reply.</summary>
    /// <inheritdoc cref="ActorSystem.CreateAsk{TReply}"/>
    /// <exception cref="BusyException">The mailbox is full.</exception>
    /// <exception cref="ActorStoppedException">The actor has stopped.</exception>
    public ValueTask<TReply> AskAsync<TReply>(object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ask = _system.CreateAsk<TReply>(message, timeout, cancellationToken);
        switch (TryEnqueue(ask.Envelope))
        {
            case EnqueueResult.Busy:
                ask.Envelope.Fail(new BusyException(Name));
                break;
            case EnqueueResult.Stopped:
                ask.Envelope.Fail(new ActorStoppedException(Name));
                break;
        }

        return ask.Reply;
    }

    /// <summary>Stops the actor after what is queued now. Returns at once; may be called more than once.</summary>
    public void Stop() => _ = StopAsync();

    /// <summary>As <see cref="Stop"/>; completes when the actor has stopped.</summary>
    public Task StopAsync()
    {
        var stop = new StopEnvelope();
        if (!TryPush(stop))
        {
            return Task.CompletedTask;
        }

        Schedule(byMessage: false);
        return stop.Stopped;
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync(TurnsPerRun);

    /// <summary>Runs before the first message; messages queue meanwhile. What it throws fails them and stops the actor.</summary>
    protected virtual ValueTask OnStartAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Runs as the last thing, when the queue is drained (<paramref name="failure"/> is null) or the actor failed. What it throws is logged.
    /// </summary>
    protected virtual ValueTask OnStoppingAsync(Exception? failure) => ValueTask.CompletedTask;

    /// <summary>Runs after a handler threw and <see cref="OnFailure"/> said restart. What it throws stops the actor.</summary>
    protected virtual ValueTask OnRestartAsync(Exception failure) => ValueTask.CompletedTask;

    /// <summary>Decides what becomes of the actor after a handler threw. By default it stops, and the next message starts a fresh one.</summary>
    protected virtual FailureDirective OnFailure(Exception failure) => FailureDirective.Stop;

    /// <summary>Asks the parent to stop this actor for now; without a parent it just stops.</summary>
    protected void Passivate()
    {
        if (_parent is null)
        {
            Stop();
        }
        else
        {
            _parent.OnPassivateRequested(this);
        }
    }

    /// <summary>Called from a handler: stop when it returns, without beginning what is queued.</summary>
    protected void StopNow() => _stopNow = true;

    /// <summary>Tells how many bytes this actor holds; the node's memory budget counts it.</summary>
    protected void ReportMemory(long bytes)
    {
        var delta = bytes - _memoryBytes;
        if (delta != 0)
        {
            Volatile.Write(ref _memoryBytes, bytes);
            _parent?.OnMemoryChanged(this, delta);
        }
    }

    /// <summary>Takes what one turn handles from the queue and handles it. The queue is not empty and does not begin with a stop.</summary>
    private protected abstract ValueTask TurnAsync();
}
