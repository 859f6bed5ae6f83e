using MailCluster.Auth.Drivers;

namespace MailCluster.Node.Configuration;

/// <summary>Accounts and how they log in.</summary>
internal sealed record AuthenticationOptions
{
    /// <summary>Full path; null when the accounts are in the database alone.</summary>
    public required string? PasswdFile { get; init; }

    /// <summary>Empty for the built-in accounts alone.</summary>
    public required IReadOnlyList<PassDbOptions> PassDbs { get; init; }

    /// <summary>Empty for the built-in accounts alone.</summary>
    public required IReadOnlyList<UserDbOptions> UserDbs { get; init; }

    /// <summary>Null for none.</summary>
    public required string? MasterUserSeparator { get; init; }

    /// <summary>Upper-case names, in the order offered.</summary>
    public required IReadOnlyList<string> Mechanisms { get; init; }

    public required SaslSettings Sasl { get; init; }

    public required bool AllowPlaintext { get; init; }

    public required bool AllowWeakSchemes { get; init; }

    /// <summary>Null for the strongest that the machine has.</summary>
    public required string? PasswordScheme { get; init; }

    public required long Argon2MemoryBytes { get; init; }

    public required int Argon2Passes { get; init; }

    /// <summary>0 for as many as there are cores.</summary>
    public required int HashConcurrency { get; init; }

    public required int HashQueue { get; init; }

    /// <summary>0 turns the cache off.</summary>
    public required int CacheEntries { get; init; }

    public required TimeSpan CacheTtl { get; init; }

    public required TimeSpan CacheNegativeTtl { get; init; }

    public required TimeSpan FailureDelay { get; init; }

    public required bool Penalty { get; init; }

    /// <summary>Networks in CIDR form that are never slowed down.</summary>
    public required IReadOnlyList<string> PenaltyExempt { get; init; }

    public required MailCluster.Auth.Abuse.AbuseOptions Ban { get; init; }
}
