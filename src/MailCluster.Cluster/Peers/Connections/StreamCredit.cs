namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// What the sending end of a stream may still send, in bytes. An item is sent whole while any credit is left, and may take it below zero: one larger than
/// the window gets through too, and the next waits until the reader has taken enough.
/// </summary>
internal sealed class StreamCredit(uint first)
{
    private readonly Lock _guard = new();
    private long _left = first;
    private TaskCompletionSource? _waiting;

    internal void Add(uint bytes)
    {
        lock (_guard)
        {
            _left += bytes;
            if (_left > 0)
            {
                _waiting?.TrySetResult();
                _waiting = null;
            }
        }
    }

    /// <summary>Completes when the item may be sent. One caller at a time.</summary>
    internal async ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task waiting;
            lock (_guard)
            {
                if (_left > 0)
                {
                    _left -= bytes;
                    return;
                }

                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }

            await waiting.WaitAsync(cancellationToken);
        }
    }
}
