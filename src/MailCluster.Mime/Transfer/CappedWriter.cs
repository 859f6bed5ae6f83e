using System.Buffers;

namespace MailCluster.Mime;

/// <summary>Counts all that is written and keeps the first <see cref="Cap"/> octets of it.</summary>
internal sealed class CappedWriter : IBufferWriter<byte>
{
    public ByteBuffer Kept { get; } = new();

    public int Cap { get; private set; }

    /// <summary>Octets written, kept or not.</summary>
    public long Total { get; private set; }

    public void Reset(int cap)
    {
        Kept.Clear();
        Cap = cap;
        Total = 0;
    }

    public void Advance(int count)
    {
        Kept.Advance(count);
        Total += count;
        if (Kept.Length > Cap)
            Kept.Truncate(Cap);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => Kept.GetSpan(sizeHint);

    public Memory<byte> GetMemory(int sizeHint = 0) => Kept.GetMemory(sizeHint);
}
