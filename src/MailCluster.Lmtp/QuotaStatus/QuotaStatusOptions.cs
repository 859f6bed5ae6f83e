namespace MailCluster.Lmtp.QuotaStatus;

/// <summary>What the policy service answers.</summary>
public sealed record QuotaStatusOptions
{
    /// <summary>Whether the sender of mail for a full account is to try again (452) rather than give up (552).</summary>
    public bool DeferOverQuota { get; init; }

    /// <summary>Whether mail for an address that has no account is refused. Off: other rules of the mail server know of addresses that this one does not.</summary>
    public bool RejectUnknownUsers { get; init; }
}
