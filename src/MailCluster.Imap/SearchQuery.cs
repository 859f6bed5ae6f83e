using System.Diagnostics.CodeAnalysis;
using System.Text;
using MailCluster.Imap.Wire;
using MailCluster.Imap.Wire.Syntax;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap;

/// <summary>Search keys in the notation of IMAP's SEARCH, for whoever has them as text: administration, tests.</summary>
public static class SearchQuery
{
    /// <summary>
    /// Reads a search program such as <c>UNSEEN FROM "smith" SINCE 1-Feb-2026</c> (RFC 9051 §6.4.4). Text is Unicode; literals cannot be used. No keys
    /// match every message.
    /// </summary>
    /// <param name="query">The keys, all of which must hold.</param>
    /// <param name="key">What was read.</param>
    /// <param name="problem">Why it cannot be read.</param>
    public static bool TryParse(string query, [NotNullWhen(true)] out SearchKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = SearchKey.All.Instance;
        problem = null;
        var text = query.Trim();
        if (text.Length == 0)
            return true;
        var reader = new WireReader(Encoding.UTF8.GetBytes(text), ImapLimits.Default, utf8Names: true);
        if (SearchSyntax.TryReadProgram(ref reader, out key) && reader.ExpectEnd())
            return true;
        key = null;
        problem = reader.Error ?? "Syntax error";
        return false;
    }
}
