using System.Buffers;

namespace MailCluster.Mime;

internal enum HeaderLineKind : byte
{
    /// <summary>A field begins.</summary>
    Field,

    /// <summary>A folded line, or one to be skipped: it begins with white space.</summary>
    Continuation,

    /// <summary>The mbox separator: <c>From </c>, which is no field.</summary>
    Envelope,

    /// <summary>The blank line that ends the block.</summary>
    Blank,

    /// <summary>Not of a header: the body has begun without a blank line before it.</summary>
    Body,

    /// <summary>There are no more bytes.</summary>
    End,
}

/// <summary>Tells what one line of a header block is. The rules are those of RFC 5322 §2.2 and §4.5 (white space before the colon).</summary>
internal readonly ref struct HeaderLine
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(NameByteList());

    public HeaderLineKind Kind { get; private init; }

    /// <summary>The offset of the next line.</summary>
    public int Next { get; private init; }

    /// <summary>The end of the name, of a <see cref="HeaderLineKind.Field"/>.</summary>
    public int NameEnd { get; private init; }

    /// <summary>The offset of the colon, of a <see cref="HeaderLineKind.Field"/>.</summary>
    public int Colon { get; private init; }

    public static HeaderLine Read(ReadOnlySpan<byte> bytes, int at, byte lineEnd)
    {
        if (at >= bytes.Length)
            return new() { Kind = HeaderLineKind.End, Next = at };

        var first = bytes[at];
        if (first == lineEnd)
            return new() { Kind = HeaderLineKind.Blank, Next = at + 1 };
        if (first == '\r' && at + 1 < bytes.Length && bytes[at + 1] == '\n')
            return new() { Kind = HeaderLineKind.Blank, Next = at + 2 };

        if (first is (byte)' ' or (byte)'\t')
            return new() { Kind = HeaderLineKind.Continuation, Next = NextLine(bytes, at, lineEnd) };

        var rest = bytes[at..];
        var nameLength = rest.IndexOfAnyExcept(NameBytes);
        if (nameLength >= 0)
        {
            var colon = nameLength;
            while (colon < rest.Length && rest[colon] is (byte)' ' or (byte)'\t')
                colon++;
            if (colon < rest.Length && rest[colon] == ':')
            {
                var next = NextLine(bytes, at + colon, lineEnd);
                return new() { Kind = HeaderLineKind.Field, Next = next, NameEnd = at + nameLength, Colon = at + colon };
            }
        }

        if (rest.StartsWith("From "u8) || rest.StartsWith(">From "u8))
            return new() { Kind = HeaderLineKind.Envelope, Next = NextLine(bytes, at, lineEnd) };
        return new() { Kind = HeaderLineKind.Body, Next = at };
    }

    /// <summary>Where the first line begins: behind the byte order mark that some programs put before a message they save.</summary>
    public static int FirstLine(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? 3 : 0;

    public static int NextLine(ReadOnlySpan<byte> bytes, int at, byte lineEnd)
    {
        var i = bytes[at..].IndexOf(lineEnd);
        return i < 0 ? bytes.Length : at + i + 1;
    }

    /// <summary>The end of the content of the line that ends before <paramref name="next"/>, but not before <paramref name="start"/>.</summary>
    public static int ContentEnd(ReadOnlySpan<byte> bytes, int start, int next, byte lineEnd)
    {
        if (next > start && bytes[next - 1] == lineEnd)
        {
            next--;
            if (lineEnd == '\n' && next > start && bytes[next - 1] == '\r')
                next--;
        }

        return next;
    }

    /// <summary>
    /// What ends lines here: LF (with or without CR before it), or CR alone in a text that has no LF at all.
    /// </summary>
    public static byte LineEndOf(ReadOnlySpan<byte> bytes) =>
        bytes.Contains((byte)'\n') || !bytes.Contains((byte)'\r') ? (byte)'\n' : (byte)'\r';

    private static byte[] NameByteList()
    {
        var list = new List<byte>();
        for (var b = 33; b < 127; b++)
        {
            if (b != ':')
                list.Add((byte)b);
        }

        return [.. list];
    }
}
