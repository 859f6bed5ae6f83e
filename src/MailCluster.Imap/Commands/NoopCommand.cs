namespace MailCluster.Imap.Commands;

/// <summary>NOOP (RFC 9051 §6.1.2).</summary>
internal sealed record NoopCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Noop;
}
