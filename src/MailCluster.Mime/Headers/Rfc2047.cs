using System.Buffers;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// Decodes encoded-words (RFC 2047) in header values. Lenient: words may stand anywhere, hold spaces, follow each other without space, lack
/// padding; a character may be split over adjacent words of one charset. What is no word after all stays as it is.
/// </summary>
public static class Rfc2047
{
    /// <summary>What the buffers of a thread may hold on to after a long value.</summary>
    private const int KeptMax = 64 * 1024;

    private static readonly SearchValues<byte> LineBytes = SearchValues.Create("\r\n\0"u8);

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>The value as a string: unfolded, decoded, trimmed.</summary>
    public static string Decode(ReadOnlySpan<byte> value)
    {
        var buffer = new ByteBuffer(value.Length + 16);
        Append(value, buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    /// <summary>
    /// Appends the value in UTF-8: unfolded, decoded, without NUL and without space around it. Bytes above 127 outside of words are UTF-8 if
    /// valid, else windows-1252.
    /// </summary>
    public static void Append(ReadOnlySpan<byte> value, ByteBuffer into)
    {
        ArgumentNullException.ThrowIfNull(into);
        value = Lwsp.Trim(value);
        var scratch = _scratch ??= new Scratch();
        var pending = scratch.Word;
        var charset = ReadOnlySpan<byte>.Empty;
        pending.Clear();
        var textStart = 0;
        var at = 0;
        var afterWord = false;
        while (true)
        {
            var i = value[at..].IndexOf("=?"u8);
            if (i < 0)
                break;
            i += at;
            if (!TryReadWord(value, i, out var word))
            {
                at = i + 2;
                continue;
            }

            var between = value[textStart..i];
            // RFC 2047 §6.2: white space between two words is not part of the text.
            if (!afterWord || between.IndexOfAnyExcept(" \t\r\n"u8) >= 0)
            {
                Flush(charset, pending, into);
                AppendText(between, into);
                charset = default;
            }
            else if (!Ascii.EqualsIgnoreCase(charset, word.Charset))
            {
                Flush(charset, pending, into);
            }

            charset = word.Charset;
            word.Decode(pending);
            afterWord = true;
            textStart = at = word.End;
        }

        Flush(charset, pending, into);
        AppendText(value[textStart..], into);
        pending.Trim(KeptMax);
        scratch.Text.Trim(KeptMax);
    }

    private static void Flush(ReadOnlySpan<byte> charset, ByteBuffer pending, ByteBuffer into)
    {
        if (pending.Length == 0)
            return;
        var start = into.Length;
        MailCharset.AppendUtf8(charset, pending.Written, into);
        // A decoded line end or NUL would break the one line that a header value is.
        into.WritableWritten[start..].ReplaceAny(LineBytes, (byte)' ');
        pending.Clear();
    }

    private static void AppendText(ReadOnlySpan<byte> text, ByteBuffer into)
    {
        if (text.IndexOfAny(LineBytes) < 0)
        {
            MailCharset.AppendGuess(text, into);
            return;
        }

        var unfolded = _scratch!.Text;
        unfolded.Clear();
        foreach (var b in text)
        {
            if (b is not ((byte)'\r' or (byte)'\n' or 0))
                unfolded.Append(b);
        }

        MailCharset.AppendGuess(unfolded.Written, into);
    }

    /// <summary>Reads <c>=?charset[*language]?encoding?text?=</c> at <paramref name="at"/>.</summary>
    private static bool TryReadWord(ReadOnlySpan<byte> value, int at, out EncodedWord word)
    {
        word = default;
        var start = at + 2;
        var rest = value[start..];
        var question = rest[..Math.Min(rest.Length, 80)].IndexOf((byte)'?');
        if (question < 1 || rest.Length < question + 3 || rest[question + 2] != '?')
            return false;
        var encoding = rest[question + 1] | 0x20;
        if (encoding is not ('b' or 'q'))
            return false;
        var charset = rest[..question];
        if (charset.IndexOfAny(" \t\r\n"u8) >= 0)
            return false;
        var star = charset.IndexOf((byte)'*'); // RFC 2231 §5
        var text = rest[(question + 3)..];
        var end = text.IndexOf("?="u8);
        if (end < 0)
            return false;
        word = new EncodedWord(star < 0 ? charset : charset[..star], encoding == 'b', text[..end], start + question + 3 + end + 2);
        return true;
    }

    private readonly ref struct EncodedWord(ReadOnlySpan<byte> charset, bool isBase64, ReadOnlySpan<byte> text, int end)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public ReadOnlySpan<byte> Charset { get; } = charset;

        /// <summary>The offset behind the word.</summary>
        public int End { get; } = end;

        public void Decode(ByteBuffer into)
        {
            if (isBase64)
            {
                var state = default(Base64State);
                state.Decode(_text, into);
                state.Complete(into);
                return;
            }

            for (var i = 0; i < _text.Length; i++)
            {
                var b = _text[i];
                int high, low;
                if (b == '_')
                {
                    into.Append((byte)' ');
                }
                else if (b == '=' && i + 2 < _text.Length && (high = Ascii.Hex(_text[i + 1])) >= 0 && (low = Ascii.Hex(_text[i + 2])) >= 0)
                {
                    into.Append((byte)(high << 4 | low));
                    i += 2;
                }
                else if (b is not ((byte)'\r' or (byte)'\n'))
                {
                    into.Append(b);
                }
            }
        }
    }

    private sealed class Scratch
    {
        public ByteBuffer Word { get; } = new();

        public ByteBuffer Text { get; } = new();
    }
}
