using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>EXPUNGE, and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9).</summary>
/// <param name="Uids">The UIDs to which UID EXPUNGE is limited; null for EXPUNGE.</param>
internal sealed record ExpungeCommand(string Tag, SequenceSet? Uids) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Expunge;
}
