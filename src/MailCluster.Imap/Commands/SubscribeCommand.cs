namespace MailCluster.Imap.Commands;

/// <summary>SUBSCRIBE (RFC 9051 §6.3.7).</summary>
/// <param name="Mailbox">The folder's name in Unicode, not yet checked.</param>
internal sealed record SubscribeCommand(string Tag, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Subscribe;
}
