namespace MailCluster.Node.Configuration;

/// <summary>What single mechanisms need besides their names.</summary>
internal sealed record SaslSettings
{
    public required int ScramIterations { get; init; }

    /// <summary>Canonical; null: nobody may come in without a name.</summary>
    public required string? AnonymousAccount { get; init; }

    /// <summary>Full path; null: no Kerberos.</summary>
    public required string? GssKeytab { get; init; }

    /// <summary>The realm whose principals have no domain, or null.</summary>
    public required string? GssLocalRealm { get; init; }

    public required string? OAuthScope { get; init; }

    public required string? OAuthDiscoveryUrl { get; init; }
}
