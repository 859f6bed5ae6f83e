namespace MailCluster.Imap.Commands;

/// <summary>LOGOUT (RFC 9051 §6.1.3).</summary>
internal sealed record LogoutCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Logout;
}
