using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailCluster.Hocon.Syntax;

/// <summary>Characters of one source with line and column, and the lexical rules that do not depend on where in the grammar we are.</summary>
/// <param name="text">The source.</param>
/// <param name="source">Its name in origins.</param>
/// <param name="hasLines">False for one value of a command line: a line number would only puzzle.</param>
internal sealed class HoconScanner(string text, string source, bool hasLines = true)
{
    private const char End = '\0';
    private static readonly SearchValues<char> Reserved = SearchValues.Create("$\"{}[]:=,+#`^?!@*&\\");
    private static readonly SearchValues<char> Mantissa = SearchValues.Create("-.0123456789");
    private int _position;
    private int _line = 1;
    private int _lineStart;

    public HoconOrigin Origin => hasLines ? new(source, _line, _position - _lineStart + 1) : new(source, 0, 0);

    public bool AtEnd => _position >= text.Length;

    /// <summary>The character <paramref name="ahead"/> of the current one; NUL past the end.</summary>
    public char Peek(int ahead = 0) => _position + ahead < text.Length ? text[_position + ahead] : End;

    public bool StartsWith(string expected) => string.CompareOrdinal(text, _position, expected, 0, expected.Length) == 0;

    public void Skip(int count)
    {
        for (; count > 0 && _position < text.Length; count--)
        {
            if (text[_position++] == '\n')
            {
                _line++;
                _lineStart = _position;
            }
        }
    }

    /// <summary>Consumes the character if it is the next one.</summary>
    public bool Accept(char character)
    {
        if (AtEnd || Peek() != character)
        {
            return false;
        }
        Skip(1);
        return true;
    }

    /// <summary>Consumes blanks of this line and returns them.</summary>
    public string ReadBlanks()
    {
        var start = _position;
        while (!AtEnd && IsBlank(Peek()))
        {
            _position++;
        }
        return start == _position ? "" : text[start.._position];
    }

    /// <summary>Consumes blanks and a comment, up to the line's end.</summary>
    public void SkipLineRest()
    {
        ReadBlanks();
        if (AtComment)
        {
            while (!AtEnd && Peek() != '\n')
            {
                _position++;
            }
        }
    }

    /// <summary>Consumes blanks, comments and line ends.</summary>
    /// <returns>Whether a line ended.</returns>
    public bool SkipLines()
    {
        var lineEnded = false;
        SkipLineRest();
        while (Accept('\n'))
        {
            lineEnded = true;
            SkipLineRest();
        }
        return lineEnded;
    }

    public bool AtComment => Peek() == '#' || (Peek() == '/' && Peek(1) == '/');

    /// <summary>Consumes unquoted text: everything up to a character that HOCON reserves, a blank or a comment. May be empty.</summary>
    public string ReadUnquoted()
    {
        var start = _position;
        while (!AtEnd && (IsUnquoted(Peek()) || IsExponentPlus(start)) && !AtComment)
        {
            _position++;
        }
        return text[start.._position];
    }

    /// <summary>Consumes a quoted or triple-quoted string. The scanner stands on its first quote.</summary>
    public string ReadQuoted() => StartsWith("\"\"\"") ? ReadTripleQuoted() : ReadSingleQuoted();

    /// <summary>What stands here, for "found …" in an error.</summary>
    public string Describe()
    {
        if (AtEnd)
        {
            return "the end of the file";
        }
        var character = Peek();
        return character == '\n' ? "the end of the line"
            : char.IsControl(character) ? string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)character:X4}")
            : $"'{character}'";
    }

    public HoconException Expected(string expected) => new(Origin, $"expected {expected}, found {Describe()}");

    public static bool IsBlank(char character) =>
        character is ' ' or '\t' or '\r' or '\v' or '\f' or '\u001c' or '\u001d' or '\u001e' or '\u001f' or '\ufeff'
        || (character > '\u007f' && char.GetUnicodeCategory(character)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static bool IsUnquoted(char character) => !IsBlank(character) && !char.IsControl(character)
        && !Reserved.Contains(character);

    /// <summary>The plus of <c>1e+3</c>, which is the one place where unquoted text may hold one.</summary>
    private bool IsExponentPlus(int start) =>
        Peek() == '+' && char.IsAsciiDigit(Peek(1)) && _position - start >= 2 && (Peek(-1) | 0x20) == 'e'
        && !text.AsSpan(start, _position - start - 1).ContainsAnyExcept(Mantissa);

    private string ReadTripleQuoted()
    {
        var opening = Origin;
        Skip(3);
        var start = _position;
        var end = text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new HoconException(opening, "expected \"\"\" to close the string that begins here, found the end of the file");
        }
        while (end + 3 < text.Length && text[end + 3] == '"')
        {
            end++; // Quotes beyond three belong to the text.
        }
        Skip(end + 3 - start);
        return text[start..end];
    }

    private string ReadSingleQuoted()
    {
        var opening = Origin;
        Skip(1);
        var value = new StringBuilder();
        while (true)
        {
            if (AtEnd || Peek() == '\n')
            {
                throw new HoconException(opening, $"expected '\"' to close the string that begins here, found {Describe()}");
            }
            var character = Peek();
            Skip(1);
            if (character == '"')
            {
                return value.ToString();
            }
            value.Append(character == '\\' ? ReadEscape() : character);
        }
    }

    private char ReadEscape()
    {
        var character = Peek();
        if (character == 'u')
        {
            var isHex = _position + 5 <= text.Length
                & ushort.TryParse(text.AsSpan(Math.Min(_position + 1, text.Length), Math.Min(4, Math.Max(0, text.Length - _position - 1))),
                    NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code);
            if (!isHex)
            {
                throw new HoconException(Origin, "expected four hexadecimal digits after \\u");
            }
            Skip(5);
            return (char)code;
        }
        var escaped = character switch
        {
            '"' or '\\' or '/' => character,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw Expected("one of \" \\ / b f n r t u after the backslash"),
        };
        Skip(1);
        return escaped;
    }
}
