namespace MailCluster.Imap.Commands;

/// <summary>CAPABILITY (RFC 9051 §6.1.1).</summary>
internal sealed record CapabilityCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Capability;
}
