using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>COPY and UID COPY (RFC 9051 §6.4.7).</summary>
internal sealed record CopyCommand(string Tag, bool Uid, SequenceSet Set, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Copy;
}
