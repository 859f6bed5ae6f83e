using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>MOVE and UID MOVE (RFC 9051 §6.4.8).</summary>
internal sealed record MoveCommand(string Tag, bool Uid, SequenceSet Set, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Move;
}
