using System.Buffers;

namespace MailCluster.Edge;

/// <summary>
/// Reads the header of HAProxy's PROXY protocol ("The PROXY protocol, versions 1 and 2", proxy-protocol.txt). Pure: the same bytes give the same
/// answer however they were cut into pieces, and bytes that can no longer become a header are rejected at once.
/// </summary>
/// <remarks>
/// Whoever may send this header says who the client is. So it is read strictly, nothing is guessed, and where the document leaves a choice
/// the narrower one is taken: a header that is not understood to the last byte closes the connection.
/// </remarks>
internal static class ProxyHeaderReader
{
    /// <summary>
    /// The longest header that is taken, additions included. The document wants 107 bytes for the text form and recommends that a binary header
    /// fits one segment of 536; 4 KiB leaves room for balancers that add the names in a client's certificate.
    /// </summary>
    public const int BytesMax = 4096;

    /// <summary>Looks at the beginning of a connection's input and takes nothing from it.</summary>
    public static ProxyHeaderReading Read(in ReadOnlySequence<byte> input)
    {
        if (input.IsSingleSegment)
            return Read(input.FirstSpan);
        // A header in pieces is so rare that it may be copied each time.
        Span<byte> whole = stackalloc byte[(int)Math.Min(input.Length, BytesMax)];
        input.Slice(0, whole.Length).CopyTo(whole);
        return Read(whole);
    }

    public static ProxyHeaderReading Read(ReadOnlySpan<byte> input) => input switch
    {
        [] => ProxyHeaderReading.NeedMore,
        [(byte)'P', ..] => ProxyTextHeader.Read(input),
        [(byte)'\r', ..] => ProxyBinaryHeader.Read(input),
        _ => ProxyHeaderReading.Rejected(ProxyFault.NoHeader),
    };

    /// <summary>Whether the input begins with the expected bytes, as far as it goes.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> input, ReadOnlySpan<byte> expected)
    {
        var length = Math.Min(input.Length, expected.Length);
        return input[..length].SequenceEqual(expected[..length]);
    }
}
