using System.Buffers;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// Writes header fields: unstructured text encoded (RFC 2047) where it has to be, and folded before white space (RFC 5322 §2.2.3) so that what a
/// reader unfolds and decodes is the text again. Nothing in a value can end the field: line ends and other controls become spaces.
/// </summary>
public static class HeaderFieldWriter
{
    /// <summary>Columns of a line, as far as there is white space to fold before (RFC 5322 §2.1.1).</summary>
    private const int ColumnsMax = 78;

    /// <summary>A word longer than this is encoded even if it is ASCII: an encoded one can be cut, and no line may be longer than 998.</summary>
    private const int WordMax = 900;

    /// <summary>RFC 5322 §3.2.3: what a display name may hold in quotes only.</summary>
    private static readonly SearchValues<char> Specials = SearchValues.Create("()<>@,;:\".[]\\");

    /// <summary>Appends <c>Name: value</c> with a line end.</summary>
    /// <param name="name">A field name: printable ASCII without colon; the caller has checked it.</param>
    /// <param name="value">Unicode text.</param>
    /// <param name="lineEnd">CRLF, or LF for a message that is stored with that.</param>
    public static void AppendText(ByteBuffer into, string name, string value, ReadOnlySpan<byte> lineEnd)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        var line = new FoldedLine(into, lineEnd, ColumnsMax);
        Begin(ref line, name);
        AppendWords(ref line, Clean(value));
        line.End();
    }

    /// <summary>
    /// Appends an address field. Display names are quoted or encoded as they need it; what is no mailbox is left out.
    /// </summary>
    /// <param name="value">An address list in Unicode: <c>Zoë &lt;zoe@example.org&gt;, b@example.org</c>.</param>
    public static void AppendAddresses(ByteBuffer into, string name, string value, ReadOnlySpan<byte> lineEnd)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        var line = new FoldedLine(into, lineEnd, ColumnsMax);
        Begin(ref line, name);
        var isFirst = true;
        foreach (var address in AddressParser.ParseMailboxes(Encoding.UTF8.GetBytes(value)))
        {
            if (address.Local.Length == 0)
                continue;
            if (!isFirst)
                line.Append(","u8);
            var spec = Clean(address.Address);
            if (address.Name.Length == 0)
            {
                line.AppendFolding(" "u8, Encoding.UTF8.GetBytes(spec));
            }
            else
            {
                AppendPhrase(ref line, Clean(address.Name));
                line.AppendFolding(" "u8, Encoding.UTF8.GetBytes($"<{spec}>"));
            }

            isFirst = false;
        }

        line.End();
    }

    private static void Begin(ref FoldedLine line, string name)
    {
        line.Append(Encoding.ASCII.GetBytes(name));
        line.Append(":"u8);
    }

    /// <summary>Words with the white space before each; those next to each other that must be encoded are one text to the encoder.</summary>
    private static void AppendWords(ref FoldedLine line, ReadOnlySpan<char> text)
    {
        var isFirst = true;
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            var end = WordEnd(text, ref at, out var space);
            if (!NeedsEncoding(text[at..end]))
            {
                line.AppendFolding(isFirst ? " "u8 : Encoding.ASCII.GetBytes(space), Encoding.ASCII.GetBytes(text[at..end].ToString()));
                at = end;
                isFirst = false;
                continue;
            }

            // White space between two encoded words is no text to a reader (RFC 2047 §6.2), so it goes into them.
            var runStart = at;
            var runEnd = end;
            at = end;
            while (at < text.Length)
            {
                var next = at;
                var nextEnd = WordEnd(text, ref next, out _);
                if (!NeedsEncoding(text[next..nextEnd]))
                    break;
                at = runEnd = nextEnd;
            }

            var lead = isFirst ? " " : text[start..runStart].ToString();
            EncodedWordWriter.Append(ref line, Encoding.ASCII.GetBytes(lead), text[runStart..runEnd]);
            isFirst = false;
        }
    }

    private static int WordEnd(ReadOnlySpan<char> text, ref int at, out string space)
    {
        var start = at;
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        space = text[start..at].ToString();
        var length = text[at..].IndexOfAny(' ', '\t');
        return length < 0 ? text.Length : at + length;
    }

    private static void AppendPhrase(ref FoldedLine line, string name)
    {
        if (NeedsEncoding(name))
            EncodedWordWriter.Append(ref line, " "u8, name);
        else if (name.AsSpan().ContainsAny(Specials))
            line.AppendFolding(" "u8, Encoding.ASCII.GetBytes($"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        else
            AppendWords(ref line, name);
    }

    /// <summary>True for what is not ASCII, would be taken for an encoded word, or could not be folded.</summary>
    private static bool NeedsEncoding(ReadOnlySpan<char> word) =>
        !System.Text.Ascii.IsValid(word) || word.Contains("=?", StringComparison.Ordinal) || word.Length > WordMax;

    /// <summary>One line without controls and without white space around it.</summary>
    private static string Clean(string value)
    {
        if (!value.AsSpan().ContainsAnyInRange('\0', '\x1F') && !value.Contains('\x7F', StringComparison.Ordinal))
            return value.Trim(' ');
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\r' && i + 1 < value.Length && value[i + 1] == '\n')
                continue; // a line end is one space
            text.Append(value[i] is >= ' ' and not '\x7F' or '\t' ? value[i] : ' ');
        }

        return text.ToString().Trim(' ', '\t');
    }
}
