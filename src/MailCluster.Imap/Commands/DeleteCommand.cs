namespace MailCluster.Imap.Commands;

/// <summary>DELETE (RFC 9051 §6.3.5).</summary>
/// <param name="Mailbox">The folder's name in Unicode, not yet checked.</param>
internal sealed record DeleteCommand(string Tag, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Delete;
}
