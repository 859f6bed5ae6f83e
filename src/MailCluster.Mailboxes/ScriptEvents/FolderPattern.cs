namespace MailCluster.Mailboxes;

/// <summary>Names of folders as LIST has them (RFC 9051 §6.3.9): <c>*</c> is anything, <c>%</c> anything within one level; INBOX in any case.</summary>
public sealed class FolderPattern
{
    private readonly string _pattern;

    private FolderPattern(string pattern) => _pattern = pattern;

    /// <summary>A pattern; wildcards that stand together are one.</summary>
    /// <exception cref="ArgumentException">It is empty, or longer than a name can be.</exception>
    public static FolderPattern Create(string pattern)
    {
        if (pattern.Length is 0 or > FolderName.LengthMax)
            throw new ArgumentException($"A pattern of folders has 1 to {FolderName.LengthMax} characters.", nameof(pattern));
        return new FolderPattern(pattern.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? "INBOX" : pattern);
    }

    /// <summary>Costs at most pattern length × name length: what the last star took is the only thing that is ever taken back.</summary>
    public bool Matches(FolderName folder)
    {
        var name = folder.Value;
        if (_pattern == "*")
            return true;
        if (!_pattern.Contains('%'))
            return MatchesStars(name);

        // All possibilities at once: bit n of the row says that the first n characters of the pattern are matched so far.
        var now = new bool[_pattern.Length + 1];
        var next = new bool[_pattern.Length + 1];
        Reach(now, 0);
        foreach (var c in name)
        {
            Array.Clear(next);
            for (var at = 0; at < _pattern.Length; at++)
            {
                if (!now[at])
                    continue;
                var p = _pattern[at];
                if (p == '*' || (p == '%' && c != FolderName.Separator))
                    Reach(next, at);
                else if (p != '%' && p == c)
                    Reach(next, at + 1);
            }

            (now, next) = (next, now);
        }

        return now[_pattern.Length];
    }

    public override string ToString() => _pattern;

    private bool MatchesStars(string name)
    {
        int at = 0, star = -1, taken = 0;
        for (var i = 0; i < name.Length;)
        {
            if (at < _pattern.Length && _pattern[at] == '*')
            {
                (star, taken) = (at++, i);
            }
            else if (at < _pattern.Length && _pattern[at] == name[i])
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                i = ++taken;
            }
            else
            {
                return false;
            }
        }

        return _pattern.AsSpan(at).TrimStart('*').IsEmpty;
    }

    // A wildcard may also match nothing.
    private void Reach(bool[] states, int at)
    {
        states[at] = true;
        while (at < _pattern.Length && _pattern[at] is '*' or '%')
            states[++at] = true;
    }
}
