using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge;

/// <summary>The input of a connection: the transport's reader, or TLS over it once that has begun. Counts what the session takes.</summary>
internal sealed class EdgeInput(EdgeConnection connection, PipeReader inner) : PipeReader
{
    private PipeReader _inner = inner;
    private ReadOnlySequence<byte> _last;
    private bool _tls;

    public long Total { get; private set; }

    /// <summary>Puts TLS in the place of the transport. No read may be pending.</summary>
    public void Replace(PipeReader inner)
    {
        _last = default;
        _tls = true;
        Volatile.Write(ref _inner, inner);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
            return false;
        _last = result.Buffer;
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return AwaitRead(read);
        var result = read.Result;
        _last = result.Buffer;
        return new ValueTask<ReadResult>(result);
    }

    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken)
    {
        var read = _inner.ReadAtLeastAsync(minimumSize, cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return AwaitRead(read);
        var result = read.Result;
        _last = result.Buffer;
        return new ValueTask<ReadResult>(result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var taken = _last.GetOffset(consumed) - _last.GetOffset(_last.Start);
        _last = default;
        Total += taken;
        connection.CountIn(taken);
        _inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => Volatile.Read(ref _inner).CancelPendingRead();

    /// <summary>The connection completes the reader itself when it closes.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Gives the buffers of TLS back. The transport's reader is its owner's to complete.</summary>
    public void CompleteTls()
    {
        if (_tls)
            _inner.Complete();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitRead(ValueTask<ReadResult> read)
    {
        try
        {
            var result = await read;
            _last = result.Buffer;
            return result;
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            connection.MarkClosed();
            throw;
        }
        catch (IOException e) when (_tls)
        {
            // TLS that breaks off or does not decrypt: the client's doing, not to be taken for trouble with a file.
            connection.MarkClosed();
            throw new ConnectionResetException(e.Message, e);
        }
    }
}
