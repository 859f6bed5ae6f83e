namespace MailCluster.Mime;

/// <summary>White space and comments (CFWS, RFC 5322 §3.2.2) in unstructured bytes; lenient about what is not closed.</summary>
internal static class Lwsp
{
    public static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    public static int SkipSpace(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && IsSpace(bytes[at]))
            at++;
        return at;
    }

    /// <summary>Skips white space and comments.</summary>
    public static int SkipCfws(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            if (IsSpace(bytes[at]))
                at++;
            else if (bytes[at] == '(')
                at = SkipComment(bytes, at);
            else
                break;
        }

        return at;
    }

    /// <summary>From an opening parenthesis to behind its closing one, or to the end if it has none. Comments nest.</summary>
    public static int SkipComment(ReadOnlySpan<byte> bytes, int at)
    {
        var depth = 0;
        for (; at < bytes.Length; at++)
        {
            switch (bytes[at])
            {
                case (byte)'\\':
                    at++;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')' when --depth == 0:
                    return at + 1;
            }
        }

        return bytes.Length;
    }

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        var end = bytes.Length;
        while (start < end && IsSpace(bytes[start]))
            start++;
        while (end > start && IsSpace(bytes[end - 1]))
            end--;
        return bytes[start..end];
    }

    /// <summary>
    /// Appends a field's value unfolded (RFC 5322 §2.2.3: the line ends go, the white space behind them stays), without NUL, which no
    /// IMAP string may hold, and without space around it.
    /// </summary>
    public static void AppendUnfolded(ByteBuffer into, ReadOnlySpan<byte> value)
    {
        value = Trim(value);
        while (true)
        {
            var i = value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (i < 0)
            {
                into.Append(value);
                return;
            }

            into.Append(value[..i]);
            value = value[(i + 1)..];
        }
    }
}
