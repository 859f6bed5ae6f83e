namespace MailCluster.Mime;

/// <summary>A run of bytes in a message: both numbers in octets, from the message's first byte. Never leaves the message.</summary>
public readonly record struct ByteRange(int Offset, int Length)
{
    /// <summary>The offset of the first byte after the run.</summary>
    public int End => Offset + Length;

    public bool IsEmpty => Length == 0;

    public static ByteRange FromBounds(int start, int end) => new(start, end - start);

    /// <summary>The bytes of this run in <paramref name="message"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The run does not lie in the span: it is the range of another message.</exception>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message) => message.Slice(Offset, Length);
}
