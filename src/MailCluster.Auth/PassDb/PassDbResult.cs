using MailCluster.Auth.Users;

namespace MailCluster.Auth.PassDb;

/// <summary>An answer of a password database.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="User">On a match the account, as the database spells it, and its extra fields.</param>
/// <param name="StandIn">For an unknown user: a stored password of this database to spend the same time on, or null.</param>
public sealed record PassDbResult(PassDbStatus Status, UserInfo? User = null, string? StandIn = null)
{
    /// <summary>
    /// For a credentials look-up that matched: the stored passwords, <c>{SCHEME}data</c>. Empty when the account has none, or when the
    /// identity was proven already.
    /// </summary>
    public IReadOnlyList<string> Credentials { get; init; } = [];

    /// <summary>Why not, one short word for the log (<c>deny</c>, <c>expired</c>, <c>allow-nets</c>), or null. Never for the client.</summary>
    public string? Reason { get; init; }

    /// <summary>What may be told to the client about a refusal, or null.</summary>
    public string? ClientText { get; init; }

    /// <summary>Who logged in when it was somebody else than <see cref="User"/>: the master user. Set by a chain alone.</summary>
    public string? MasterUser { get; init; }

    /// <summary>True when a stranger must not tell the answer from that for a name that does not exist, its time included.</summary>
    public bool LooksUnknown =>
        Status is PassDbStatus.UnknownUser or PassDbStatus.NotSupported || this is { Status: PassDbStatus.Refused, ClientText: null };

    /// <summary>A look-up of this kind is not what the database can do.</summary>
    public static PassDbResult NotSupported { get; } = new(PassDbStatus.NotSupported);

    /// <summary>No such account.</summary>
    public static PassDbResult UnknownUser { get; } = new(PassDbStatus.UnknownUser);

    /// <summary>The account is there, the password is wrong.</summary>
    public static PassDbResult Mismatch { get; } = new(PassDbStatus.Mismatch);

    /// <summary>The database cannot tell now; the driver has logged why.</summary>
    public static PassDbResult InternalFailure { get; } = new(PassDbStatus.InternalFailure);

    /// <summary>Keeps stored passwords out of logs.</summary>
    public override string ToString() => $"PassDbResult({Status}, {User?.Account})";
}
