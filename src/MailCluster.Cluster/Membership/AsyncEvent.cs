namespace MailCluster.Cluster.Membership;

/// <summary>
/// Something that happens once and that any number wait for, each for as long as it likes. Waiters go on where they were (their synchronization context, else the
/// thread pool), never on the stack of <see cref="Set"/>, and without a hop between, so that a simulation sees all that is going on.
/// </summary>
internal sealed class AsyncEvent
{
    private readonly Lock _guard = new();
    private List<TaskCompletionSource<bool>>? _waiting;
    private bool _set;

    /// <summary>True the first time.</summary>
    internal bool Set()
    {
        List<TaskCompletionSource<bool>>? waiting;
        bool first;
        lock (_guard)
        {
            first = !_set;
            _set = true;
            waiting = _waiting;
            _waiting = null;
        }

        foreach (var waiter in waiting ?? [])
        {
            waiter.TrySetResult(true);
        }

        return first;
    }

    internal Task<bool> WaitAsync(CancellationToken cancellationToken) =>
        WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>True when it has happened, false after <paramref name="timeout"/>.</summary>
    internal async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_guard)
        {
            if (_set)
            {
                return true;
            }

            (_waiting ??= []).Add(waiter);
        }

        using var late = timeout == Timeout.InfiniteTimeSpan
            ? null
            : time.CreateTimer(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false), waiter, timeout, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<bool>)state!).TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Task;
        }
        finally
        {
            lock (_guard)
            {
                _waiting?.Remove(waiter);
            }
        }
    }
}

/// <summary>Wakes one waiter, again and again; signals that come before it waits are kept as one.</summary>
internal sealed class AsyncSignal
{
    private AsyncEvent _next = new();

    internal void Set() => Volatile.Read(ref _next).Set();

    /// <summary>Returns when signalled, or after <paramref name="timeout"/>.</summary>
    internal async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await Volatile.Read(ref _next).WaitAsync(timeout, time, cancellationToken))
        {
            Volatile.Write(ref _next, new AsyncEvent());
        }
    }
}
