namespace MailCluster.Auth.PassDb;

/// <summary>Who is asked for, and what is known about the attempt. A driver's queries and templates see nothing else.</summary>
public sealed record PassDbQuery
{
    private static readonly IReadOnlyDictionary<string, string> NoFields = new Dictionary<string, string>();

    /// <summary>
    /// The canonical account id whose credentials are meant. Empty only for tokens and certificates that bring the name themselves.
    /// </summary>
    public required string Account { get; init; }

    /// <summary>Whom the client wants to act as, canonical, when it is somebody else: a master user's log-in. Null otherwise.</summary>
    public string? LoginUser { get; init; }

    /// <summary>The mechanism in upper case; <c>LOGIN</c> and <c>USER</c> for the commands.</summary>
    public required string Mechanism { get; init; }

    /// <summary>Where the attempt comes from.</summary>
    public required AuthContext Context { get; init; }

    /// <summary>
    /// True when the identity is proven already, by the mechanism or by an earlier database of the chain: a driver then only looks up
    /// fields.
    /// </summary>
    public bool IsVerified { get; init; }

    /// <summary>Fields that earlier databases of the chain gave.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = NoFields;

    /// <summary>Where the chains write down whom they asked; null as a rule.</summary>
    internal Chains.ChainTrace? Trace { get; init; }
}
