using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MailCluster.Edge;

/// <summary>The output of a connection: the transport's writer, or TLS over it. Counts, and puts every flush that waits under the write deadline.</summary>
internal sealed class EdgeOutput(EdgeConnection connection, PipeWriter inner) : PipeWriter
{
    private PipeWriter _inner = inner;
    private long _unflushed;

    public long Total { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Puts TLS in the place of the transport. Everything must be flushed.</summary>
    public void Replace(PipeWriter inner) => _inner = inner;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        _inner.Advance(bytes);
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_unflushed > 0)
        {
            Total += _unflushed;
            connection.CountOut(_unflushed);
            _unflushed = 0;
        }

        var flush = _inner.FlushAsync(cancellationToken);
        return flush.IsCompletedSuccessfully ? flush : AwaitFlush(flush);
    }

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    /// <summary>The connection completes the writer itself when it closes.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> AwaitFlush(ValueTask<FlushResult> flush)
    {
        connection.BeginFlush();
        try
        {
            return await flush;
        }
        finally
        {
            connection.EndFlush();
        }
    }
}
