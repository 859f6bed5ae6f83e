namespace MailCluster.Imap.Commands;

/// <summary>STARTTLS (RFC 9051 §6.2.1).</summary>
internal sealed record StartTlsCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.StartTls;
}
