namespace MailCluster.Imap.Commands;

/// <summary>RENAME (RFC 9051 §6.3.6).</summary>
internal sealed record RenameCommand(string Tag, string From, string To) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Rename;
}
