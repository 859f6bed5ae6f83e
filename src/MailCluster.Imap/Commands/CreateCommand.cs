using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>CREATE (RFC 9051 §6.3.4), with the USE parameter of CREATE-SPECIAL-USE (RFC 6154 §3).</summary>
/// <param name="Uses">What the folder is to be used for; empty without the parameter.</param>
internal sealed record CreateCommand(string Tag, string Mailbox, ImmutableArray<SpecialUse> Uses) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Create;
}
