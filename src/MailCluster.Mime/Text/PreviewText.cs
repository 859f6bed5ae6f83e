using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// Makes the preview (RFC 8970 §3.2): the first readable characters of a text on one line. Quoted lines are passed over unless there is nothing
/// else, invisible characters that newsletters pad with are dropped.
/// </summary>
internal static class PreviewText
{
    /// <summary>Octets of text that are looked at.</summary>
    private const int ReadMax = 8192;

    /// <summary>Appends the preview of <paramref name="text"/> (UTF-8); appends nothing if it has no readable character.</summary>
    public static void Append(ReadOnlySpan<byte> text, int charactersMax, ByteBuffer into)
    {
        if (text.Length > ReadMax)
            text = text[..ReadMax];
        var start = into.Length;
        Append(text, charactersMax, skipQuotes: true, into);
        if (into.Length == start)
            Append(text, charactersMax, skipQuotes: false, into);
    }

    private static void Append(ReadOnlySpan<byte> text, int charactersMax, bool skipQuotes, ByteBuffer into)
    {
        var left = charactersMax;
        var start = into.Length;
        var space = false;
        var lineStart = true;
        while (!text.IsEmpty && left > 0)
        {
            if (lineStart && skipQuotes && text[0] == '>')
            {
                var end = text.IndexOf((byte)'\n');
                if (end < 0)
                    break;
                text = text[(end + 1)..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(text, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
                break;
            lineStart = text[0] is (byte)'\n' or (byte)'\r';
            text = text[used..];
            if (Rune.IsWhiteSpace(rune))
            {
                space = true;
                continue;
            }

            if (Rune.IsControl(rune) || IsInvisible(rune.Value))
                continue;
            if (space && into.Length > start)
            {
                if (--left == 0)
                    break;
                into.Append((byte)' ');
            }

            space = false;
            into.Advance(rune.EncodeToUtf8(into.GetSpan(4)));
            left--;
        }

        // A space with nothing behind it.
        if (into.Length > start && into.Written[^1] == ' ')
            into.Truncate(into.Length - 1);
    }

    private static bool IsInvisible(int rune) => rune is 0xAD or 0x34F or (>= 0x200B and <= 0x200F) or 0x2060 or 0xFEFF or 0x2007;
}
