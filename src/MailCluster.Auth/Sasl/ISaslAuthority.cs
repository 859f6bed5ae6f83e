using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// What mechanisms ask that do not bring a password: stored credentials, a token's owner, whether an identity that was proved elsewhere has an account.
/// Each exchange ends in exactly one of the calls that answer an <see cref="AuthResult"/>; these enter the attempt into the books and wait what a
/// failure earns. The request's password is empty, its user name is what the client claims.
/// </summary>
internal interface ISaslAuthority
{
    /// <summary>What the databases can do.</summary>
    PassDbCapabilities Capabilities { get; }

    /// <summary>Waits for the address's turn, then finds what is stored for the name. Not yet an end.</summary>
    ValueTask<SaslLookup> LookUpAsync(AuthRequest attempt, CancellationToken cancellationToken);

    /// <summary>The client has proved that it knows the credentials that were found: may it come in?</summary>
    ValueTask<AuthResult> AcceptAsync(AuthRequest attempt, SaslLookup lookup, CancellationToken cancellationToken);

    /// <summary>The client has proved nothing.</summary>
    ValueTask<AuthResult> RefuseAsync(AuthRequest attempt, AuthOutcome outcome, string reason, CancellationToken cancellationToken);

    /// <summary>The name was proved by other means (a Kerberos ticket): is there such an account, and may it come in?</summary>
    ValueTask<AuthResult> AdmitAsync(AuthRequest attempt, CancellationToken cancellationToken);

    /// <summary>Asks whose bearer token it is. The attempt's user name may be empty: then it is whoever the token says.</summary>
    ValueTask<AuthResult> VerifyTokenAsync(AuthRequest attempt, ReadOnlyMemory<byte> token, CancellationToken cancellationToken);

    /// <summary>Asks whose the connection's client certificate is.</summary>
    ValueTask<AuthResult> VerifyCertificateAsync(AuthRequest attempt, CancellationToken cancellationToken);
}

/// <summary>What is stored for a name.</summary>
/// <param name="Query">The question; null when the name cannot be one.</param>
/// <param name="Answer">The databases' answer.</param>
internal sealed record SaslLookup(PassDbQuery? Query, PassDbResult Answer)
{
    public bool IsFound => Query is not null && Answer is { Status: PassDbStatus.Match, User: not null };

    /// <summary>The databases cannot tell now.</summary>
    public bool IsUnavailable => Answer.Status is PassDbStatus.InternalFailure or PassDbStatus.Busy;

    /// <summary>The account's stored passwords, <c>{SCHEME}data</c>; may be none.</summary>
    public IReadOnlyList<string> Stored => IsFound ? Answer.Credentials : [];

    /// <summary>For an unknown name: a stored password of another account to spend the same time on, or null.</summary>
    public string? StandIn => Answer.StandIn;

    /// <summary>Why not, one word for the log.</summary>
    public string Reason => Answer.Reason ?? (Query is null ? "bad-user-name" : IsUnavailable ? "internal-failure" : "unknown-user");
}
