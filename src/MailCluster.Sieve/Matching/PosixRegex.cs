using System.Text;
using System.Text.RegularExpressions;

namespace MailCluster.Sieve.Matching;

/// <summary>A pattern that is no regular expression; the message says why.</summary>
internal sealed class SievePatternException(string message) : Exception(message);

/// <summary>
/// The extended regular expressions of POSIX (draft-ietf-sieve-regex), written for the runtime's engine without backtracking, whose time is linear in the
/// text. What POSIX leaves undefined and GNU defines is taken from GNU where that engine has it (<c>\w \s \b</c>); back references, which no such engine can have,
/// are refused. Of alternatives the engine takes the first that fits, POSIX the longest: that changes what a group holds, never whether there is a match.
/// </summary>
internal ref struct PosixRegex
{
    /// <summary>The largest count in braces: RE_DUP_MAX of POSIX.</summary>
    private const int RepeatMax = 255;

    private const int DepthMax = 64;

    private readonly string _pattern;
    private readonly StringBuilder _into;
    private int _at;
    private int _depth;

    private PosixRegex(string pattern)
    {
        _pattern = pattern;
        _into = new StringBuilder(pattern.Length + 16);
    }

    /// <exception cref="SievePatternException">The pattern is malformed, refused or too large.</exception>
    internal static Regex Translate(string pattern, bool ignoreCase, TimeSpan timeMax)
    {
        var reader = new PosixRegex(pattern);
        reader.Alternatives();
        if (reader._at < pattern.Length)
            throw new SievePatternException($"the ')' at position {reader._at + 1} closes nothing");
        const RegexOptions Base = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant;
        try
        {
            return new Regex(reader._into.ToString(), ignoreCase ? Base | RegexOptions.IgnoreCase : Base, timeMax);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new SievePatternException(e is NotSupportedException ? "it is too large" : "it is malformed");
        }
    }

    private void Alternatives()
    {
        while (true)
        {
            Sequence();
            if (_at >= _pattern.Length || _pattern[_at] != '|')
                return;
            _at++;
            _into.Append('|');
        }
    }

    private void Sequence()
    {
        var hasAtom = false;
        while (_at < _pattern.Length)
        {
            var c = _pattern[_at];
            switch (c)
            {
                case '|' or ')':
                    return;
                case '*' or '+' or '?':
                    if (!hasAtom)
                        throw new SievePatternException($"there is nothing for the '{c}' at position {_at + 1} to repeat");
                    Repeat();
                    continue;
                case '{' when hasAtom && IsBraces():
                    Repeat();
                    continue;
                case '^':
                    _into.Append("\\A");
                    _at++;
                    hasAtom = false;
                    continue;
                case '$':
                    _into.Append("\\z");
                    _at++;
                    hasAtom = false;
                    continue;
                case '(':
                    Group();
                    break;
                case '[':
                    Brackets();
                    break;
                case '\\':
                    hasAtom = Escape();
                    continue;
                case '.':
                    _into.Append('.');
                    _at++;
                    break;
                default:
                    Literal();
                    break;
            }

            hasAtom = true;
        }
    }

    private void Group()
    {
        if (++_depth > DepthMax)
            throw new SievePatternException($"groups are nested more than {DepthMax} deep");
        var open = _at++;
        _into.Append('(');
        Alternatives();
        if (_at >= _pattern.Length)
            throw new SievePatternException($"the '(' at position {open + 1} is not closed");
        _at++;
        _into.Append(')');
        _depth--;
    }

    /// <summary>One or more of * + ? {…} behind an atom; together they are one repetition, since the engine does not repeat repetitions.</summary>
    private void Repeat()
    {
        var (least, most) = (1, (int?)1);
        while (_at < _pattern.Length)
        {
            (int Least, int? Most) next;
            switch (_pattern[_at])
            {
                case '*':
                    next = (0, null);
                    _at++;
                    break;
                case '+':
                    next = (1, null);
                    _at++;
                    break;
                case '?':
                    next = (0, 1);
                    _at++;
                    break;
                case '{' when IsBraces():
                    next = Braces();
                    break;
                default:
                    Write(least, most);
                    return;
            }

            if ((least, most) != (1, 1) && next != (1, 1) && (next.Most is not (null or 1) || most is not (null or 1)))
                throw new SievePatternException($"a repetition of a repetition at position {_at}");
            (least, most) = (least * next.Least, most is null || next.Most is null ? null : most * next.Most);
        }

        Write(least, most);
    }

    private readonly void Write(int least, int? most) => _into.Append((least, most) switch
    {
        (0, null) => "*",
        (1, null) => "+",
        (0, 1) => "?",
        (1, 1) => "",
        (_, null) => $"{{{least},}}",
        _ when least == most => $"{{{least}}}",
        _ => $"{{{least},{most}}}",
    });

    private readonly bool IsBraces() => _at + 1 < _pattern.Length && char.IsAsciiDigit(_pattern[_at + 1]);

    private (int Least, int? Most) Braces()
    {
        var open = _at++;
        var least = Count(open);
        int? most = least;
        if (_at < _pattern.Length && _pattern[_at] == ',')
        {
            _at++;
            most = _at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]) ? Count(open) : null;
        }

        if (_at >= _pattern.Length || _pattern[_at] != '}')
            throw new SievePatternException($"the '{{' at position {open + 1} is not closed");
        if (most < least)
            throw new SievePatternException($"the counts at position {open + 1} are the wrong way round");
        _at++;
        return (least, most);
    }

    private int Count(int open)
    {
        var value = 0;
        for (; _at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]); _at++)
        {
            value = (value * 10) + (_pattern[_at] - '0');
            if (value > RepeatMax)
                throw new SievePatternException($"the count at position {open + 1} is more than {RepeatMax}");
        }

        return value;
    }

    /// <summary>True if it was an atom, false for a place between characters.</summary>
    private bool Escape()
    {
        if (_at + 1 >= _pattern.Length)
            throw new SievePatternException("it ends in a backslash");
        var c = _pattern[_at + 1];
        switch (c)
        {
            case 'w' or 'W' or 's' or 'S':
                _into.Append('\\').Append(c);
                _at += 2;
                return true;
            case 'b' or 'B':
                _into.Append('\\').Append(c);
                _at += 2;
                return false;
            case >= '1' and <= '9':
                throw new SievePatternException($"back references such as \\{c} are not supported");
            case '<' or '>':
                throw new SievePatternException($"\\{c} is not supported; write \\b for the edge of a word");
        }

        _at++;
        Literal();
        return true;
    }

    /// <summary>One character as itself. A pair of surrogates is one character for what repeats it.</summary>
    private void Literal()
    {
        var length = char.IsHighSurrogate(_pattern[_at]) && _at + 1 < _pattern.Length && char.IsLowSurrogate(_pattern[_at + 1]) ? 2 : 1;
        var text = Regex.Escape(_pattern.Substring(_at, length));
        _into.Append(length == 2 ? $"(?:{text})" : text is "]" or "}" ? "\\" + text : text);
        _at += length;
    }

    /// <summary>A bracket expression: POSIX has no escapes within, and a ']' that comes first is itself.</summary>
    private void Brackets()
    {
        var open = _at++;
        _into.Append('[');
        if (Peek('^'))
        {
            _into.Append('^');
            _at++;
        }

        for (var isFirst = true; isFirst || !Peek(']'); isFirst = false)
        {
            if (_at >= _pattern.Length)
                throw new SievePatternException($"the '[' at position {open + 1} is not closed");
            if (_pattern[_at] == '[' && _at + 1 < _pattern.Length && _pattern[_at + 1] == ':')
            {
                NamedClass();
                continue;
            }

            var from = Member(open);
            if (Peek('-') && _at + 1 < _pattern.Length && _pattern[_at + 1] != ']')
            {
                _at++;
                var to = Member(open);
                if (to < from)
                    throw new SievePatternException($"the range '{from}-{to}' is the wrong way round");
                Unit(from);
                _into.Append('-');
                Unit(to);
            }
            else
            {
                Unit(from);
            }
        }

        _at++;
        _into.Append(']');
    }

    private readonly bool Peek(char c) => _at < _pattern.Length && _pattern[_at] == c;

    private char Member(int open)
    {
        if (_at >= _pattern.Length)
            throw new SievePatternException($"the '[' at position {open + 1} is not closed");
        if (_pattern[_at] == '[' && _at + 1 < _pattern.Length && _pattern[_at + 1] is '.' or '=')
            throw new SievePatternException($"collating elements such as [.x.] are not supported");
        return _pattern[_at++];
    }

    private readonly void Unit(char c)
    {
        if (c is '\\' or ']' or '[' or '^' or '-')
            _into.Append('\\');
        _into.Append(c);
    }

    private void NamedClass()
    {
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        var name = end < 0 ? "" : _pattern[(_at + 2)..end];
        _into.Append(name switch
        {
            "alpha" => "\\p{L}",
            "digit" => "0-9",
            "alnum" => "\\p{L}\\p{Nd}",
            "upper" => "\\p{Lu}",
            "lower" => "\\p{Ll}",
            "space" => "\\s",
            "blank" => " \\t",
            "punct" => "!-/:-@\\[-`{-~",
            "print" => " -~\\u00A0-\\uFFFD",
            "graph" => "!-~\\u00A1-\\uFFFD",
            "cntrl" => "\\x00-\\x1F\\x7F",
            "xdigit" => "0-9A-Fa-f",
            _ => throw new SievePatternException($"'[:{name}:]' is no class of characters"),
        });
        _at = end + 2;
    }
}
