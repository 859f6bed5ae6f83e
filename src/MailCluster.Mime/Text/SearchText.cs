using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// The searchable text of a message, made once at arrival: decoded, in UTF-8, case folded, so that SEARCH is a plain search for bytes. Three runs
/// in one value: the header fields ("name: value" and LF for each, unfolded, encoded-words decoded), in the same form the MIME fields of the
/// parts, where the names of attachments are, and the bodies (all text parts without
/// transfer encoding, charset and HTML markup, each ending in LF, and the header fields of the messages within). Line ends are LF.
/// </summary>
/// <remarks>
/// Folding is by simple Unicode case mapping without decomposition, so "É" is found by "é" but not by "e". At most
/// <see cref="MimeLimits.TextBytesMax"/> octets are kept, cut at the end. The form is a version byte, the lengths of the first two runs as four bytes
/// little endian each, then the runs.
/// </remarks>
public static class SearchText
{
    internal const byte Version = 2;
    internal const int PrefixLength = 9;

    /// <summary>The folded header fields; empty where <paramref name="text"/> is empty, damaged or of another version.</summary>
    public static ReadOnlySpan<byte> Headers(ReadOnlySpan<byte> text) =>
        TrySplit(text, out var headers, out _, out _) ? headers : default;

    /// <summary>The folded bodies; empty where <paramref name="text"/> is empty, damaged or of another version.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> text) =>
        TrySplit(text, out _, out _, out var body) ? body : default;

    /// <summary>The folded MIME fields of the parts; empty where <paramref name="text"/> is empty, damaged or of another version.</summary>
    public static ReadOnlySpan<byte> Parts(ReadOnlySpan<byte> text) =>
        TrySplit(text, out _, out var parts, out _) ? parts : default;

    /// <summary>All runs: what SEARCH TEXT looks through, "including MIME header fields" (RFC 9051 §6.4.4).</summary>
    public static ReadOnlySpan<byte> All(ReadOnlySpan<byte> text) =>
        TrySplit(text, out _, out _, out _) ? text[PrefixLength..] : default;

    /// <summary>True if the value can be searched; if not it has to be made again from the body.</summary>
    public static bool IsReadable(ReadOnlySpan<byte> text) => TrySplit(text, out _, out _, out _);

    /// <summary>Folds a search key the way the text was folded.</summary>
    public static byte[] Fold(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Fold(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>Folds a search key in UTF-8 the way the text was folded.</summary>
    public static byte[] Fold(ReadOnlySpan<byte> utf8Key)
    {
        var buffer = new ByteBuffer(utf8Key.Length + 4);
        CaseFold.Append(buffer, utf8Key);
        return buffer.ToArray();
    }

    /// <summary>True if <paramref name="hay"/> holds <paramref name="needle"/>; both folded. The empty key is in everything.</summary>
    public static bool Contains(ReadOnlySpan<byte> hay, ReadOnlySpan<byte> needle) => hay.IndexOf(needle) >= 0;

    /// <summary>
    /// True if a field of the message's own header has that name and holds <paramref name="needle"/> in its value; both folded. The empty key
    /// matches any field of the name (RFC 9051 §6.4.4, HEADER).
    /// </summary>
    public static bool HeaderContains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, ReadOnlySpan<byte> needle)
    {
        foreach (var range in Headers(text).Split((byte)'\n'))
        {
            var line = Headers(text)[range];
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name) && Contains(line[(name.Length + 1)..].TrimStart((byte)' '), needle))
                return true;
        }

        return false;
    }

    private static bool TrySplit(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> headers, out ReadOnlySpan<byte> parts, out ReadOnlySpan<byte> body)
    {
        headers = parts = body = default;
        if (text.Length < PrefixLength || text[0] != Version)
            return false;
        var headerLength = BinaryPrimitives.ReadUInt32LittleEndian(text[1..]);
        var partLength = BinaryPrimitives.ReadUInt32LittleEndian(text[5..]);
        var runs = text[PrefixLength..];
        if ((long)headerLength + partLength > runs.Length)
            return false;
        headers = runs[..(int)headerLength];
        parts = runs.Slice((int)headerLength, (int)partLength);
        body = runs[((int)headerLength + (int)partLength)..];
        return true;
    }
}
