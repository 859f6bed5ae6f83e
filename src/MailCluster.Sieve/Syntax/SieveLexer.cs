using System.Text;

namespace MailCluster.Sieve.Syntax;

/// <summary>
/// Cuts a script into tokens (RFC 5228 §8.1). Lines may end in LF alone; within strings each line end becomes CRLF, which is what the grammar has.
/// An error is told to the diagnostics once and the lexer goes on behind it.
/// </summary>
internal sealed class SieveLexer(SourceText source, Diagnostics diagnostics, int stringBytesMax)
{
    /// <summary>RFC 5228 §2.4.1 asks for 31 bits; sizes and seconds do not need more than these.</summary>
    internal const long NumberMax = long.MaxValue / 2;

    private int _at = source.Bytes.StartsWith("\uFEFF"u8) ? 3 : 0;

    internal Token Next()
    {
        SkipSpaceAndComments();
        var bytes = source.Bytes;
        if (_at >= bytes.Length)
            return new Token(TokenKind.End, bytes.Length, "", 0);
        var start = _at;
        var b = bytes[_at];
        switch (b)
        {
            case (byte)'[': return Mark(TokenKind.LeftBracket);
            case (byte)']': return Mark(TokenKind.RightBracket);
            case (byte)'(': return Mark(TokenKind.LeftParenthesis);
            case (byte)')': return Mark(TokenKind.RightParenthesis);
            case (byte)'{': return Mark(TokenKind.LeftBrace);
            case (byte)'}': return Mark(TokenKind.RightBrace);
            case (byte)',': return Mark(TokenKind.Comma);
            case (byte)';': return Mark(TokenKind.Semicolon);
            case (byte)'"': return Quoted();
            case (byte)':':
                _at++;
                if (_at < bytes.Length && IsWordStart(bytes[_at]))
                    return new Token(TokenKind.Tag, start, Word(), 0);
                diagnostics.Error(start, "a colon without the name of a tag behind it", "write the tag without space, as in :contains");
                return new Token(TokenKind.Bad, start, "", 0);
        }

        if (IsDigit(b))
            return Number();
        if (IsWordStart(b))
        {
            var word = Word();
            return IsMultiLine(word) ? MultiLine(start) : new Token(TokenKind.Identifier, start, word, 0);
        }

        return Unknown();
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    private static bool IsWordStart(byte b) => (uint)((b | 0x20) - 'a') <= 25 || b == '_';

    private Token Mark(TokenKind kind) => new(kind, _at++, "", 0);

    private string Word()
    {
        var start = _at;
        var bytes = source.Bytes;
        while (_at < bytes.Length && (IsWordStart(bytes[_at]) || IsDigit(bytes[_at])))
            _at++;
        return Encoding.ASCII.GetString(bytes[start.._at]);
    }

    private Token Number()
    {
        var start = _at;
        var bytes = source.Bytes;
        Int128 value = 0;
        for (; _at < bytes.Length && IsDigit(bytes[_at]); _at++)
            value = Int128.Min((value * 10) + (bytes[_at] - '0'), Int128.MaxValue / 16);
        if (_at < bytes.Length && IsWordStart(bytes[_at]))
        {
            var unitAt = _at;
            var shift = Word() switch { "K" or "k" => 10, "M" or "m" => 20, "G" or "g" => 30, _ => -1 };
            if (shift < 0)
                diagnostics.Error(unitAt, "a number ends in something that is no unit", "the units are K, M and G, each 1024 times the one before");
            else
                value = value > NumberMax ? value : value << shift;
        }

        if (value <= NumberMax)
            return new Token(TokenKind.Number, start, "", (long)value);
        diagnostics.Error(start, "the number is too large", $"the largest is {NumberMax}");
        return new Token(TokenKind.Number, start, "", NumberMax);
    }

    /// <summary>quoted-string: a backslash takes the character behind it as it is (RFC 5228 §2.4.2).</summary>
    private Token Quoted()
    {
        var start = _at++;
        var bytes = source.Bytes;
        var text = new List<byte>();
        while (_at < bytes.Length && bytes[_at] != '"')
        {
            if (bytes[_at] == '\\' && _at + 1 < bytes.Length)
                _at++;
            TakeInto(text, bytes);
        }

        if (_at >= bytes.Length)
            diagnostics.Error(start, "the string that begins here does not end", "close it with \"; within it write \\\" for a quotation mark");
        _at = Math.Min(_at + 1, bytes.Length);
        return String(start, text);
    }

    private bool IsMultiLine(string word) =>
        _at < source.Bytes.Length && source.Bytes[_at] == ':' && string.Equals(word, "text", StringComparison.OrdinalIgnoreCase);

    /// <summary>multi-line: from the line behind <c>text:</c> to a line that is a single dot; a dot that begins a line is doubled (RFC 5228 §2.4.2).</summary>
    private Token MultiLine(int start)
    {
        _at++;
        var bytes = source.Bytes;
        while (_at < bytes.Length && bytes[_at] is (byte)' ' or (byte)'\t' or (byte)'\r')
            _at++;
        if (_at < bytes.Length && bytes[_at] == '#')
            SkipLine();
        else if (_at < bytes.Length && bytes[_at] != '\n')
            diagnostics.Error(_at, "the text behind text: begins on the next line", "put a line break behind text:");
        else
            _at++;

        var text = new List<byte>();
        while (_at < bytes.Length)
        {
            if (bytes[_at] == '.')
            {
                var rest = bytes[(_at + 1)..];
                if (rest.IsEmpty || rest[0] == '\n' || rest.StartsWith("\r\n"u8))
                {
                    _at = Math.Min(_at + 1, bytes.Length);
                    SkipLine();
                    return String(start, text);
                }

                if (rest[0] == '.')
                    _at++;
            }

            while (_at < bytes.Length && bytes[_at] != '\n')
                TakeInto(text, bytes);
            if (_at < bytes.Length)
                TakeInto(text, bytes);
        }

        diagnostics.Error(start, "the text that begins here does not end", "end it with a line that is a single dot");
        return String(start, text);
    }

    /// <summary>Takes one octet, or a line end as CRLF.</summary>
    private void TakeInto(List<byte> text, ReadOnlySpan<byte> bytes)
    {
        var b = bytes[_at++];
        if (b == '\r' && _at < bytes.Length && bytes[_at] == '\n')
            return;
        if (b == '\n')
            text.Add((byte)'\r');
        text.Add(b);
    }

    private Token String(int start, List<byte> text)
    {
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text);
        if (bytes.Length > stringBytesMax)
        {
            diagnostics.Error(start, $"the string is longer than {stringBytesMax} octets", null);
            bytes = bytes[..stringBytesMax];
        }

        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            diagnostics.Error(start, "the string is not UTF-8", "save the script as UTF-8 (RFC 5228 §2.1)");
        else if (bytes.Contains((byte)0))
            diagnostics.Error(start, "the string holds a NUL", "remove it (RFC 5228 §8.1)");
        return new Token(TokenKind.String, start, Encoding.UTF8.GetString(bytes), 0);
    }

    private Token Unknown()
    {
        var start = _at;
        Rune.DecodeFromUtf8(source.Bytes[_at..], out var rune, out var used);
        _at += used;
        var shown = rune.Value is > 32 and not 127 && rune != Rune.ReplacementChar ? $"'{rune}'" : $"the octet 0x{source.Bytes[start]:X2}";
        diagnostics.Error(start, $"{shown} does not belong here", rune.Value == '\'' ? "strings are written in double quotes" : null);
        return new Token(TokenKind.Bad, start, "", 0);
    }

    private void SkipSpaceAndComments()
    {
        var bytes = source.Bytes;
        while (_at < bytes.Length)
        {
            var b = bytes[_at];
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                _at++;
            }
            else if (b == '#')
            {
                SkipLine();
            }
            else if (b == '/' && _at + 1 < bytes.Length && bytes[_at + 1] == '*')
            {
                var end = bytes[(_at + 2)..].IndexOf("*/"u8);
                if (end < 0)
                    diagnostics.Error(_at, "the comment that begins here does not end", "close it with */");
                _at = end < 0 ? bytes.Length : _at + 2 + end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipLine()
    {
        var end = source.Bytes[_at..].IndexOf((byte)'\n');
        _at = end < 0 ? source.Bytes.Length : _at + end + 1;
    }
}
