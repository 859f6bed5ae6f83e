using System.Collections.Immutable;

namespace MailCluster.Imap.Commands;

/// <summary>GETQUOTA (RFC 9208 §4.1.1).</summary>
internal sealed record GetQuotaCommand(string Tag, string Root) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.GetQuota;
}

/// <summary>GETQUOTAROOT (RFC 9208 §4.1.2). The folder need not exist.</summary>
internal sealed record GetQuotaRootCommand(string Tag, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.GetQuotaRoot;
}

/// <summary>SETQUOTA (RFC 9208 §4.1.3).</summary>
internal sealed record SetQuotaCommand(string Tag, string Root, ImmutableArray<QuotaResource> Resources) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.SetQuota;
}

/// <summary>A resource and the limit that is wanted for it.</summary>
internal sealed record QuotaResource(string Resource, long Limit);
