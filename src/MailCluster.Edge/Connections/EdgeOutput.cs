using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge;

/// <summary>The output of a connection: the transport's writer, or TLS over it. Counts, and puts every flush that waits under the write deadline.</summary>
internal sealed class EdgeOutput(EdgeConnection connection, PipeWriter inner) : PipeWriter
{
    private PipeWriter _inner = inner;
    private long _unflushed;
    private bool _tls;

    public long Total { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Puts TLS in the place of the transport. Everything must be flushed.</summary>
    public void Replace(PipeWriter inner)
    {
        _inner = inner;
        _tls = true;
    }

    /// <summary>Gives the buffers of TLS back; what was not flushed is dropped. The transport's writer is its owner's to complete.</summary>
    public void CompleteTls()
    {
        if (_tls)
            _inner.Complete(new IOException("The session is over."));
    }

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
        if (!flush.IsCompletedSuccessfully)
            return AwaitFlush(flush);
        var result = flush.Result;
        if (result.IsCompleted)
            connection.MarkClosed();
        return new ValueTask<FlushResult>(result);
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
            var result = await flush;
            if (result.IsCompleted)
                connection.MarkClosed();
            return result;
        }
        catch (IOException e) when (_tls && e is not ConnectionResetException)
        {
            connection.MarkClosed();
            throw new ConnectionResetException(e.Message, e);
        }
        finally
        {
            connection.EndFlush();
        }
    }
}
