using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MailCluster.Edge.Transport;

/// <summary>
/// What a client gets: collected in blocks and sent when it is flushed, on the thread that flushes. A flush is over when the kernel has taken everything; as long as it
/// has no room the flush waits, and so does the session.
/// </summary>
internal sealed class SocketOutput(PolledConnection connection) : PipeWriter
{
    private readonly Readiness _ready = new();
    private BlockChain _chain;
    private bool _isClosed;
    private int _cancelled;

    private enum Dispatch
    {
        Everything,
        NoRoom,
        Closed,
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _chain.Length;

    /// <summary>The poller's word that there is room. What waits goes on on the caller's thread.</summary>
    public void OnWritable() => _ready.Signal();

    /// <summary>There may be room, or the connection was cut: what waits goes on, on the thread pool, and looks.</summary>
    public void WakeElsewhere() => _ready.SignalElsewhere();

    public override Memory<byte> GetMemory(int sizeHint = 0) => _chain.Offer(sizeHint, isBulk: false);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _chain.Commit(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (IsCancelled())
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: true, _isClosed));
        var dispatch = Send();
        return dispatch == Dispatch.NoRoom ? WaitAsync(cancellationToken) : new ValueTask<FlushResult>(Result(dispatch));
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        var rest = source;
        if (_chain.Length == 0 && !_isClosed && connection.AbortReason is null && !cancellationToken.IsCancellationRequested)
        {
            // Nothing is before it, so most of the time it need not be copied. What goes wrong is seen again by the flush.
            var sent = rest.IsEmpty ? 0 : connection.Send(rest.Span);
            rest = rest[Math.Max(sent, 0)..];
        }

        if (!rest.IsEmpty)
        {
            rest.CopyTo(_chain.Offer(rest.Length, isBulk: true));
            _chain.Commit(rest.Length);
        }

        return FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _cancelled, 1);
        _ready.Signal();
    }

    /// <summary>The session writes no more. What it did not flush is sent as far as there is room, unless it ended with an error.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (exception is null)
            Send();
        _chain.Clear();
        _isClosed = true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WaitAsync(CancellationToken cancellationToken)
    {
        connection.Watch(isForRoom: true);
        var registration = cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static ready => ((Readiness)ready!).SignalElsewhere(), _ready)
            : default;
        try
        {
            while (true)
            {
                await _ready.WaitAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (IsCancelled())
                    return new FlushResult(isCanceled: true, _isClosed);
                if (Send() is var dispatch and not Dispatch.NoRoom)
                    return Result(dispatch);
            }
        }
        finally
        {
            await registration.DisposeAsync();
        }
    }

    private static FlushResult Result(Dispatch dispatch) => new(isCanceled: false, isCompleted: dispatch == Dispatch.Closed);

    private bool IsCancelled() => Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0;

    private Dispatch Send()
    {
        while (!_isClosed && connection.AbortReason is null && _chain.First is { } first)
        {
            var sent = first.Following is null
                ? connection.Send(first.Memory.Span[_chain.Start..])
                : connection.Send(first, _chain.Start);
            if (sent == SocketCalls.WouldBlock)
                return Dispatch.NoRoom;
            if (sent < 0)
            {
                _isClosed = true;
                connection.MarkClosed();
            }
            else
            {
                _chain.Take(sent);
            }
        }

        if (!_isClosed && connection.AbortReason is null)
        {
            _chain.Withdraw();
            return Dispatch.Everything;
        }

        _chain.Clear();
        return Dispatch.Closed;
    }
}
