namespace MailCluster.Imap.Commands;

/// <summary>UNSUBSCRIBE (RFC 9051 §6.3.8).</summary>
/// <param name="Mailbox">The folder's name in Unicode, not yet checked.</param>
internal sealed record UnsubscribeCommand(string Tag, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Unsubscribe;
}
