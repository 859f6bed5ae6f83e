namespace MailCluster.Imap.Commands;

/// <summary>UNSELECT (RFC 9051 §6.4.2).</summary>
internal sealed record UnselectCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Unselect;
}
