namespace MailCluster.Imap.Commands;

/// <summary>NAMESPACE (RFC 9051 §6.3.10).</summary>
internal sealed record NamespaceCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Namespace;
}
