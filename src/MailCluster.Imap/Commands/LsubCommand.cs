namespace MailCluster.Imap.Commands;

/// <summary>LSUB (RFC 3501 §6.3.9).</summary>
internal sealed record LsubCommand(string Tag, string Reference, string Pattern) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Lsub;
}
