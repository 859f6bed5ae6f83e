using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Chains;

/// <summary>One password database of a chain, with what the configuration says about its part in it.</summary>
/// <param name="Database">The driver.</param>
internal sealed record PassDbStep(IPassDb Database)
{
    public ChainRules Rules { get; init; } = ChainRules.Default;

    public ChainSkip Skip { get; init; }

    /// <summary>True for a list of users who must not log in: whoever is found there is refused at once.</summary>
    public bool IsDeny { get; init; }

    /// <summary>True when its users may log in as others, with <c>user*master</c> or a SASL authorization identity.</summary>
    public bool IsMaster { get; init; }

    /// <summary>Mechanisms that the database is asked for, upper case; <c>none</c> is a look-up without one. Empty for all.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>Patterns of account ids that the database is asked for; <c>!</c> excludes. Empty for all.</summary>
    public IReadOnlyList<string> UsernameFilter { get; init; } = [];
}
