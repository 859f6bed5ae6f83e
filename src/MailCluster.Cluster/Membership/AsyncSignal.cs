namespace MailCluster.Cluster.Membership;

/// <summary>Wakes one waiter; signals that nobody waits for are kept as one.</summary>
internal sealed class AsyncSignal
{
    private TaskCompletionSource _set = New();

    internal void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Returns when signalled, or after <paramref name="timeout"/>.</summary>
    internal async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var set = Volatile.Read(ref _set);
        if (!set.Task.IsCompleted)
        {
            await set.Task.OrAfterAsync(timeout, time, cancellationToken);
        }

        if (set.Task.IsCompleted)
        {
            Volatile.Write(ref _set, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal static class TaskExtensions
{
    /// <summary>Awaits the task, which does not fail, for so long at most. Returns whether it has completed.</summary>
    internal static async Task<bool> OrAfterAsync(this Task task, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(task, Task.Delay(timeout, time, stop.Token));
        cancellationToken.ThrowIfCancellationRequested();
        await stop.CancelAsync();
        return task.IsCompleted;
    }
}
