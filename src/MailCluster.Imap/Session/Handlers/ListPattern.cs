using System.Numerics;
using System.Text;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// A pattern of LIST: <c>*</c> matches anything, <c>%</c> anything but the separator (RFC 9051 §6.3.9). Matching follows all possibilities at once, so that
/// its cost is at most pattern length × name length, whatever the pattern.
/// </summary>
internal sealed class ListPattern
{
    // Patterns that are shorter have a bit for each of their characters and one for their end.
    private const int ShortMax = 64;

    private readonly string _pattern;
    private readonly ulong _stars;
    private readonly ulong _wildcards;
    private readonly ulong _end;

    private ListPattern(string pattern)
    {
        _pattern = pattern;
        if (pattern.Length >= ShortMax)
            return;
        for (var at = 0; at < pattern.Length; at++)
        {
            _stars |= pattern[at] == '*' ? 1UL << at : 0;
            _wildcards |= pattern[at] is '*' or '%' ? 1UL << at : 0;
        }

        _end = 1UL << pattern.Length;
    }

    /// <summary>The canonical pattern: the reference in front, wildcards that stand together made one.</summary>
    public static ListPattern Create(string reference, string pattern)
    {
        var text = new StringBuilder();
        foreach (var c in reference + pattern)
        {
            var wild = c is '*' or '%';
            if (wild && text.Length > 0 && text[^1] is '*' or '%' && wild)
            {
                if (c == '*')
                    text[^1] = '*';
                continue;
            }

            text.Append(c);
        }

        return new ListPattern(text.ToString());
    }

    public bool Matches(string name)
    {
        // More literal characters than the name has cannot match.
        if (_pattern.Length > 2 * name.Length + 1)
            return false;
        var inbox = name.StartsWith("INBOX", StringComparison.Ordinal) && (name.Length == 5 || name[5] == '/') ? 5 : 0;
        return _pattern.Length < ShortMax ? MatchesShort(name, inbox) : MatchesLong(name, inbox);
    }

    // Bit n: the first n characters of the pattern are matched so far. Of most patterns one or two bits are set at a time.
    private bool MatchesShort(string name, int inbox)
    {
        var now = Reach(1UL);
        for (var i = 0; i < name.Length && now != 0; i++)
        {
            // A wildcard that is reached stays so.
            var next = now & (name[i] == '/' ? _stars : _wildcards);
            for (var literals = now & ~_wildcards & (_end - 1); literals != 0; literals &= literals - 1)
            {
                if (IsLiteral(_pattern[BitOperations.TrailingZeroCount(literals)], name, i, inbox))
                    next |= (literals & (~literals + 1)) << 1;
            }

            now = Reach(next);
        }

        return (now & _end) != 0;
    }

    private bool MatchesLong(string name, int inbox)
    {
        var now = new bool[_pattern.Length + 1];
        var next = new bool[_pattern.Length + 1];
        Reach(now, 0);
        for (var i = 0; i < name.Length; i++)
        {
            Array.Clear(next);
            for (var at = 0; at < _pattern.Length; at++)
            {
                if (!now[at])
                    continue;
                var p = _pattern[at];
                if (p == '*' || (p == '%' && name[i] != '/'))
                    Reach(next, at);
                else if (p != '%' && IsLiteral(p, name, i, inbox))
                    Reach(next, at + 1);
            }

            (now, next) = (next, now);
        }

        return now[_pattern.Length];
    }

    private static bool IsLiteral(char p, string name, int at, int inbox) =>
        p == name[at] || (at < inbox && char.ToUpperInvariant(p) == name[at]);

    // A wildcard may also match nothing; no two stand together.
    private ulong Reach(ulong states) => states | ((states & _wildcards) << 1);

    // A wildcard may also match nothing.
    private void Reach(bool[] states, int at)
    {
        states[at] = true;
        while (at < _pattern.Length && _pattern[at] is '*' or '%')
            states[++at] = true;
    }
}
