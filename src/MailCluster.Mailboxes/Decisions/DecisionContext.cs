using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

/// <summary>What a decision takes from outside: the time, new ids, the configuration. With it given, deciding is a pure function.</summary>
internal readonly record struct DecisionContext(DateTimeOffset Now, Func<Guid> NewId, MailboxOptions Options)
{
    /// <summary>The cluster's feature level: events that need a higher one are not to be decided.</summary>
    public int Level { get; init; } = FeatureLevel.Newest;

    /// <summary>The account's quota; null for none.</summary>
    public QuotaLimits? Limits { get; init; }

    public uint UnixSeconds => (uint)Math.Clamp(Now.ToUnixTimeSeconds(), 1, uint.MaxValue);
}
