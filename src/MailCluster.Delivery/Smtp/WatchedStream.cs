namespace MailCluster.Delivery.Smtp;

/// <summary>Writes each block within a time (RFC 5321 §4.5.3.2.5).</summary>
internal sealed class WatchedStream(Stream inner, TimeSpan blockTimeout, TimeProvider time) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = new TimeLimit(blockTimeout, time, cancellationToken);
        try
        {
            await inner.WriteAsync(buffer, limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver(e))
        {
            throw new TimeoutException("a block was not taken in time", e);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(blockTimeout, time, cancellationToken);
        try
        {
            await inner.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver(e))
        {
            throw new TimeoutException("the message was not taken in time", e);
        }
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
