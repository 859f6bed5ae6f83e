using System.Text;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// A pattern of LIST: <c>*</c> matches anything, <c>%</c> anything but the separator (RFC 9051 §6.3.9). Matching follows all possibilities at once, so that
/// its cost is at most pattern length × name length, whatever the pattern.
/// </summary>
internal sealed class ListPattern
{
    private readonly string _pattern;

    private ListPattern(string pattern) => _pattern = pattern;

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
        Span<bool> now = _pattern.Length < 256 ? stackalloc bool[256] : new bool[_pattern.Length + 1];
        Span<bool> next = _pattern.Length < 256 ? stackalloc bool[256] : new bool[_pattern.Length + 1];
        now.Clear();
        Reach(now, 0);
        for (var i = 0; i < name.Length; i++)
        {
            next.Clear();
            for (var at = 0; at < _pattern.Length; at++)
            {
                if (!now[at])
                    continue;
                var p = _pattern[at];
                if (p == '*' || (p == '%' && name[i] != '/'))
                    Reach(next, at);
                else if (p != '%' && (p == name[i] || (i < inbox && char.ToUpperInvariant(p) == name[i])))
                    Reach(next, at + 1);
            }

            var swap = now;
            now = next;
            next = swap;
        }

        return now[_pattern.Length];
    }

    // A wildcard may also match nothing.
    private void Reach(Span<bool> states, int at)
    {
        states[at] = true;
        while (at < _pattern.Length && _pattern[at] is '*' or '%')
            states[++at] = true;
    }
}
