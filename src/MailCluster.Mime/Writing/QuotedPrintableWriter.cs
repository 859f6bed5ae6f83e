namespace MailCluster.Mime;

/// <summary>
/// Writes text as quoted-printable (RFC 2045 §6.7). A line never begins with two hyphens, so that no text can be taken for a delimiter of the multipart
/// that it goes into, and never with <c>From </c>, which mbox files would change.
/// </summary>
public static class QuotedPrintableWriter
{
    private const int ColumnsMax = 76;

    /// <summary>Appends text whose lines end with LF or CRLF; they end with <paramref name="lineEnd"/> then.</summary>
    public static void AppendText(ByteBuffer into, ReadOnlySpan<byte> text, ReadOnlySpan<byte> lineEnd)
    {
        ArgumentNullException.ThrowIfNull(into);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (end >= 0 && !line.IsEmpty && line[^1] == '\r')
                line = line[..^1];
            AppendLine(into, line, lineEnd);
            if (end >= 0)
                into.Append(lineEnd);
        }
    }

    /// <summary>Appends an equals sign and the two digits of an octet.</summary>
    internal static void AppendCode(ByteBuffer into, byte value)
    {
        var digits = "0123456789ABCDEF"u8;
        into.Append((byte)'=');
        into.Append(digits[value >> 4]);
        into.Append(digits[value & 15]);
    }

    private static void AppendLine(ByteBuffer into, ReadOnlySpan<byte> line, ReadOnlySpan<byte> lineEnd)
    {
        var column = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var b = line[i];
            var isLast = i == line.Length - 1;
            var isCode = b is < 32 and not (byte)'\t' or > 126 or (byte)'=' || (isLast && b is (byte)' ' or (byte)'\t')
                || (column == 0 && (b == '-' || line[i..].StartsWith("From "u8)));
            // The column of the soft line end itself is kept free, but behind the last octet there is none.
            if (column + (isCode ? 3 : 1) > ColumnsMax - (isLast ? 0 : 1))
            {
                into.Append((byte)'=');
                into.Append(lineEnd);
                column = 0;
                isCode |= b == '-' || line[i..].StartsWith("From "u8);
            }

            if (isCode)
                AppendCode(into, b);
            else
                into.Append(b);
            column += isCode ? 3 : 1;
        }
    }
}
