namespace MailCluster.Imap.Commands;

/// <summary>CHECK (RFC 3501 §6.4.1).</summary>
internal sealed record CheckCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Check;
}
