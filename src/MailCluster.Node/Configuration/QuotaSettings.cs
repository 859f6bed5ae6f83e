using MailCluster.Delivery;
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

    /// <summary>The sender of mail for a full account is to try again rather than give up.</summary>
    public required bool DeferWhenFull { get; init; }

    /// <summary>Messages to accounts that fill up.</summary>
    public required IReadOnlyList<QuotaWarning> Warnings { get; init; }

    public required QuotaStatusSettings Status { get; init; }
}

/// <summary>The policy service for mail servers.</summary>
/// <param name="RejectUnknownUsers">Whether it refuses addresses that have no account.</param>
internal sealed record QuotaStatusSettings(bool RejectUnknownUsers);
