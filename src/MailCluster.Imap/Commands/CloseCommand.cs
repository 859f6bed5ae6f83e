namespace MailCluster.Imap.Commands;

/// <summary>CLOSE (RFC 9051 §6.4.1).</summary>
internal sealed record CloseCommand(string Tag) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Close;
}
