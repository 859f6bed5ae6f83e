using System.Buffers;
using MailCluster.Mime;

namespace MailCluster.Mailboxes;

/// <summary>
/// A message with its summary and searchable text, made in one reading and ready to be stored for any number of accounts. The bytes stay
/// the caller's and must outlive it; what was computed lies in pooled memory until it is disposed.
/// </summary>
public sealed class PreparedMessage : IDisposable
{
    private readonly PooledBuffer _summary = new(1024);
    private readonly PooledBuffer _text;

    private PreparedMessage(ReadOnlyMemory<byte> message, MimeLimits limits)
    {
        Body = message;
        _text = new PooledBuffer(Math.Clamp(message.Length, 1024, 64 * 1024));
        MessageSummaryBuilder.Build(message.Span, limits, _summary, _text);
    }

    /// <summary>The raw RFC 5322 bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>For <see cref="MessageSummary"/>.</summary>
    public ReadOnlyMemory<byte> Summary => _summary.Written;

    /// <summary>For <see cref="SearchText"/>.</summary>
    public ReadOnlyMemory<byte> Text => _text.Written;

    public static PreparedMessage Read(ReadOnlyMemory<byte> message, MimeLimits limits) => new(message, limits);

    public void Dispose()
    {
        _summary.Dispose();
        _text.Dispose();
    }

    private sealed class PooledBuffer(int capacity) : IBufferWriter<byte>, IDisposable
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
        private int _written;

        public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _written);

        public void Advance(int count)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _written));
            _written += count;
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsMemory(_written);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsSpan(_written);
        }

        public void Dispose()
        {
            var buffer = Interlocked.Exchange(ref _buffer, []);
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
            _written = 0;
        }

        private void Reserve(int sizeHint)
        {
            if (_buffer.Length - _written >= Math.Max(sizeHint, 1))
                return;
            var larger = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length + Math.Max(sizeHint, _buffer.Length)));
            Written.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
