using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailCluster.Mime;

/// <summary>Line ends of raw messages, which should be CRLF and are not always.</summary>
public static class LineEnds
{
    /// <summary>How many LF in <paramref name="bytes"/> have no CR before them.</summary>
    /// <param name="bytes">A piece of a message.</param>
    /// <param name="before">The byte before the piece; anything but CR if there is none.</param>
    public static int CountBare(ReadOnlySpan<byte> bytes, byte before = 0)
    {
        if (bytes.IsEmpty)
            return 0;
        var count = bytes[0] == (byte)'\n' && before != (byte)'\r' ? 1 : 0;
        var at = 1;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var lf = Vector256.Create((byte)'\n');
        var cr = Vector256.Create((byte)'\r');
        for (; at + Vector256<byte>.Count <= bytes.Length; at += Vector256<byte>.Count)
        {
            var isLf = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at), lf);
            var followsCr = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(at - 1)), cr);
            count += BitOperations.PopCount(Vector256.AndNot(isLf, followsCr).ExtractMostSignificantBits());
        }

        for (; at < bytes.Length; at++)
        {
            if (bytes[at] == (byte)'\n' && bytes[at - 1] != (byte)'\r')
                count++;
        }

        return count;
    }

    /// <summary>
    /// The octets that a protocol of lines (RFC 1939 §3) adds to the message: a CR for each bare LF, and what the last line lacks of its end. An empty message
    /// has no line.
    /// </summary>
    public static int MissingOctets(ReadOnlySpan<byte> message) => CountBare(message) + MissingAtEnd(message);

    /// <summary>What the last line lacks of its end: 2, 1 after a CR, or 0. Bytes before the last do not matter.</summary>
    public static int MissingAtEnd(ReadOnlySpan<byte> message) => message.IsEmpty || message[^1] == (byte)'\n' ? 0 : message[^1] == (byte)'\r' ? 1 : 2;
}
