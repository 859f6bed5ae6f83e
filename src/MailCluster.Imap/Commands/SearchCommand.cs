using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>SEARCH and UID SEARCH (RFC 9051 §6.4.4).</summary>
/// <param name="Return">What RETURN asked for; <see cref="SearchReturn.Plain"/> without RETURN.</param>
/// <param name="Key">The condition; its texts are decoded from the charset the client named.</param>
internal sealed record SearchCommand(string Tag, bool Uid, SearchReturn Return, SearchKey Key) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Search;
}

/// <summary>RETURN options (RFC 4731 §3.1, RFC 5182, RFC 9051 §6.4.4).</summary>
[Flags]
internal enum SearchReturn
{
    /// <summary>No RETURN: IMAP4rev1 answers with SEARCH, IMAP4rev2 with ESEARCH ALL.</summary>
    Plain = 0,
    Min = 1,
    Max = 2,
    All = 4,
    Count = 8,
    Save = 16,
}
