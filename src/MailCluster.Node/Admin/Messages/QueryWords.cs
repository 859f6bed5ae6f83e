using System.Globalization;
using System.Text;
using MailCluster.Imap;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Node.Admin.Messages;

// A query comes as the words of a shell command line: mailbox INBOX SUBJECT "two words" SINCE 30d. IMAP's grammar wants texts quoted,
// which the
// shell took away, so the walk knows which keys take a text and quotes it again. On top of IMAP there are, as with doveadm: "mailbox
// MASK" and
// "mailbox-guid ID" (not inside NOT, OR or parentheses), dates as 2026-01-31 and as a time ago (30d, 2w; 12h and shorter with BEFORE and
// SINCE).
// A word that begins with "(" is IMAP's own syntax and stays as it is; so does a query of one single word with blanks.

/// <summary>A query, taken apart.</summary>
/// <param name="Masks">Which folders, by name; none for all.</param>
/// <param name="Guids">Which folders, by id; none for all.</param>
/// <param name="Key">Which messages.</param>
internal sealed record MessageQuery(IReadOnlyList<string> Masks, IReadOnlyList<string> Guids, SearchKey Key)
{
    /// <summary>True when the query says where to look.</summary>
    public bool NamesFolders => Masks.Count + Guids.Count > 0;
}

/// <summary>Turns words into a <see cref="MessageQuery"/>.</summary>
internal sealed class QueryWords
{
    private static readonly HashSet<string> TextKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO", "EMAILID", "THREADID",
    };

    private static readonly HashSet<string> DateKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE", "SAVEDBEFORE", "SAVEDON", "SAVEDSINCE",
    };

    private static readonly HashSet<string> PlainKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "KEYWORD", "LARGER", "MODSEQ", "OLDER", "SMALLER", "UID", "UNKEYWORD", "YOUNGER",
    };

    private readonly IReadOnlyList<string> _words;
    private readonly DateTimeOffset _now;
    private readonly StringBuilder _program = new();
    private readonly List<string> _masks = [];
    private readonly List<string> _guids = [];
    private int _at;
    private int _depth;

    private QueryWords(IReadOnlyList<string> words, DateTimeOffset now)
    {
        _words = words;
        _now = now;
    }

    /// <exception cref="AdminException">The query makes no sense.</exception>
    public static MessageQuery Parse(IReadOnlyList<string> words, DateTimeOffset now)
    {
        if (words is [var single] && single.Contains(' ', StringComparison.Ordinal) && !single.StartsWith('(')) words = Split(single);
        if (words.Count == 0) throw new AdminException(AdminExit.Usage, "the query is empty; ALL finds every message");
        return new QueryWords(words, now).Parse();
    }

    private MessageQuery Parse()
    {
        var afterOperator = 0;
        while (_at < _words.Count)
        {
            var word = _words[_at++];
            if (word.Equals("mailbox", StringComparison.OrdinalIgnoreCase) || word.Equals(
                "mailbox-guid", StringComparison.OrdinalIgnoreCase))
            {
                if (_depth > 0 || afterOperator > 0) throw new AdminException(
                    AdminExit.Usage, $"{word} cannot stand inside NOT, OR or parentheses");
                (word.Length == "mailbox".Length ? _masks : _guids).Add(Next(word));
                continue;
            }
            afterOperator = word.ToUpperInvariant() switch
            {
                "NOT" => Math.Max(afterOperator, 1),
                "OR" => afterOperator + 2 - (afterOperator > 0 ? 1 : 0),
                _ => Math.Max(0, afterOperator - 1),
            };
            AddKey(word);
        }
        if (_program.Length == 0) _program.Append("ALL");
        return SearchProgram.TryParse(Encoding.UTF8.GetBytes(_program.ToString()), out var key, out var problem)
            ? new MessageQuery(_masks, _guids, key)
            : throw new AdminException(AdminExit.Usage, $"the query cannot be read: {problem} (as IMAP: {_program})");
    }

    private void AddKey(string word)
    {
        if (TextKeys.Contains(word)) Add(word, Quote(Next(word)));
        else if (word.Equals("HEADER", StringComparison.OrdinalIgnoreCase)) Add(word, Quote(Next(word)), Quote(Next(word)));
        else if (DateKeys.Contains(word)) AddDate(word, Next(word));
        else if (PlainKeys.Contains(word)) Add(word, Next(word));
        else AddSyntax(word);
    }

    private void AddSyntax(string word)
    {
        foreach (var c in word) _depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (word == ")") _program.Append(word);
        else if (_program.Length > 0 && _program[^1] == '(') _program.Append(word);
        else Add(word);
    }

    private void AddDate(string key, string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            Add(key, ImapDate(day));
            return;
        }
        if (text.Length < 2 || !int.TryParse(
            text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            Add(key, text);
            return;
        }
        var seconds = count * text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        var isWhole = text[^1] is 'd' or 'w';
        var within = key.ToUpperInvariant() switch { "BEFORE" => "OLDER", "SINCE" => "YOUNGER", _ => null };
        if (seconds is <= 0 or > uint.MaxValue || (!isWhole && within is null))
            throw new AdminException(
                AdminExit.Usage, $"{key} {text}: expected a date such as 2026-01-31 or 31-Jan-2026, or a time ago such as 30d");
        if (isWhole) Add(key, ImapDate(DateOnly.FromDateTime(_now.AddSeconds(-seconds).DateTime)));
        else Add(within!, seconds.ToString(CultureInfo.InvariantCulture));
    }

    private string Next(string key) =>
        _at < _words.Count ? _words[_at++] : throw new AdminException(AdminExit.Usage, $"{key} needs a value");

    private void Add(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (_program.Length > 0 && _program[^1] != '(') _program.Append(' ');
            _program.Append(word);
        }
    }

    private static string ImapDate(DateOnly day) => day.ToString("d-MMM-yyyy", CultureInfo.InvariantCulture);

    private static string Quote(string text)
    {
        if (text.AsSpan().ContainsAny('\r', '\n', '\0')) throw new AdminException(
            AdminExit.Usage, "a search text cannot contain a line end");
        return $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Words of a query that came as one: blanks part them, double quotes hold them together.</summary>
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool quoted = false, any = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                quoted = !quoted;
                any = true;
            }
            else if (quoted && c == '\\' && i + 1 < text.Length) word.Append(text[++i]);
            else if (!quoted && c == ' ')
            {
                if (any || word.Length > 0) words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else word.Append(c);
        }
        if (quoted) throw new AdminException(AdminExit.Usage, "a quotation mark is not closed");
        if (any || word.Length > 0) words.Add(word.ToString());
        return words;
    }
}
