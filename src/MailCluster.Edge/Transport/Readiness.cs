using System.Threading.Tasks.Sources;

namespace MailCluster.Edge.Transport;

/// <summary>
/// A signal with room for one and a waiter, at most one: the link between the poller, which hears of a change, and the one flow of a connection that waits for it.
/// A signal without a waiter is kept for the next wait, so none is lost between a look and the wait after it; one with a waiter runs what waits, on the thread that
/// signals. It may come without a reason: who wakes looks again.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Quiet = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Whether somebody waits at this moment.</summary>
    public bool HasWaiter => Volatile.Read(ref _state) == Waiting;

    /// <summary>From any thread.</summary>
    public void Signal()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Signalled:
                    return;
                case Waiting when Interlocked.CompareExchange(ref _state, Quiet, Waiting) == Waiting:
                    _source.SetResult(true);
                    return;
                case Quiet when Interlocked.CompareExchange(ref _state, Signalled, Quiet) == Quiet:
                    return;
            }
        }
    }

    /// <summary>The same, with what waits running on the thread pool.</summary>
    public void SignalElsewhere()
    {
        if (Interlocked.CompareExchange(ref _state, Signalled, Quiet) == Waiting)
            ThreadPool.UnsafeQueueUserWorkItem(static readiness => readiness.Signal(), this, preferLocal: false);
    }

    /// <summary>Takes a signal that is there.</summary>
    public bool TryTake() =>
        Volatile.Read(ref _state) == Signalled && Interlocked.CompareExchange(ref _state, Quiet, Signalled) == Signalled;

    /// <summary>Waits for the next signal, or takes one that is there.</summary>
    public ValueTask WaitAsync()
    {
        if (TryTake())
            return ValueTask.CompletedTask;
        if (HasWaiter)
            throw new InvalidOperationException("Only one may wait.");
        _source.Reset();
        // Read before the wait is there to be seen: what waits may be over, and wait again, before this returns.
        var version = _source.Version;
        if (Interlocked.CompareExchange(ref _state, Waiting, Quiet) == Quiet)
            return new ValueTask(this, version);
        Interlocked.CompareExchange(ref _state, Quiet, Signalled);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
