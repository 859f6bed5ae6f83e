using MailCluster.Mailboxes;

namespace MailCluster.Node.Configuration;

/// <summary>What accounts may hold.</summary>
internal sealed record QuotaSettings
{
    /// <summary>For accounts about which the user database and <c>mailctl quota set</c> say nothing else.</summary>
    public required QuotaRules Rules { get; init; }

    /// <summary>How far one delivery may go past the storage limit.</summary>
    public required QuotaAmount Grace { get; init; }

    /// <summary>When the user database is asked again.</summary>
    public required TimeSpan UserDatabaseAge { get; init; }
}
