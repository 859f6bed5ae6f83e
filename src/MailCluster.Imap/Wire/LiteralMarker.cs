using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire;

/// <summary>
/// The <c>{n}</c>, <c>{n+}</c>, <c>~{n}</c> or <c>~{n+}</c> at the end of a line that announces a literal (RFC 9051 §4.3, RFC 7888, RFC
/// 3516 §4.4).
/// </summary>
internal static class LiteralMarker
{
    /// <summary>More than any marker needs, with its line end: what must be kept of a line that is thrown away.</summary>
    public const int BytesMax = 32;

    /// <summary>Looks for a marker at the end of a line that ends with LF.</summary>
    /// <param name="start">Where the marker begins.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out LiteralHeader literal, out int start)
    {
        literal = default;
        start = 0;
        var end = line.Length - 1;
        if (end > 0 && line[end - 1] == '\r')
            end--;
        if (end < 3 || line[end - 1] != '}')
            return false;
        var at = end - 2;
        var synchronising = line[at] != '+';
        if (!synchronising)
            at--;
        var digitsEnd = at + 1;
        while (at >= 0 && char.IsAsciiDigit((char)line[at]) && digitsEnd - at <= 19)
            at--;
        if (at < 0 || line[at] != '{' || at + 1 == digitsEnd)
            return false;
        var length = 0L;
        foreach (var digit in line[(at + 1)..digitsEnd])
        {
            var next = unchecked((length * 10) + (digit - '0'));
            // number64 of RFC 9051 §9 has 63 bits.
            if (next < length)
                return false;
            length = next;
        }

        var binary = at > 0 && line[at - 1] == '~';
        start = binary ? at - 1 : at;
        literal = new LiteralHeader(length, synchronising, binary);
        return true;
    }

    /// <summary>
    /// Whether the end of a line lies within a quoted string that was opened on it: what looks like a marker there is text.
    /// </summary>
    public static bool IsInQuotes(ReadOnlySpan<byte> line)
    {
        var inQuotes = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
                inQuotes = !inQuotes;
            else if (line[i] == '\\' && inQuotes)
                i++;
        }

        return inQuotes;
    }
}
