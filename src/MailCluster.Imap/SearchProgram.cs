using System.Diagnostics.CodeAnalysis;
using MailCluster.Imap.Wire;
using MailCluster.Imap.Wire.Syntax;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap;

/// <summary>The search keys of SEARCH for callers other than a session: administration asks in the same words.</summary>
public static class SearchProgram
{
    /// <summary>Reads <c>["CHARSET" SP charset SP] search-key *(SP search-key)</c> (RFC 9051 §9), text in UTF-8.</summary>
    /// <param name="program">Without a line end.</param>
    /// <param name="key">The keys, all of which must hold.</param>
    /// <param name="problem">What is wrong, for the caller.</param>
    public static bool TryParse(ReadOnlySpan<byte> program, [NotNullWhen(true)] out SearchKey? key, [NotNullWhen(false)] out string? problem)
    {
        var reader = new WireReader(program, ImapLimits.Default, utf8Names: true);
        if (SearchSyntax.TryReadProgram(ref reader, out var read) && reader.ExpectEnd())
        {
            key = read;
            problem = null;
            return true;
        }

        key = null;
        problem = reader.Error ?? "Search key expected";
        return false;
    }
}
