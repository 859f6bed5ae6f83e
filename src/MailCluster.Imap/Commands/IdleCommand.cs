namespace MailCluster.Imap.Commands;

/// <summary>IDLE (RFC 9051 §6.3.13). What ends it, DONE, is a line of its own that the reader is asked for apart.</summary>
internal sealed record IdleCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Idle;
}
