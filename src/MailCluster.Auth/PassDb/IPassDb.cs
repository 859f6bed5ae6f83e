using MailCluster.Auth.Users;

namespace MailCluster.Auth.PassDb;

/// <summary>How one password database answered.</summary>
public enum PassDbStatus
{
    /// <summary>The password is the account's.</summary>
    Match,

    /// <summary>The account is here, the password is another.</summary>
    Mismatch,

    /// <summary>No such account here; the next database is asked.</summary>
    UnknownUser,

    /// <summary>The database cannot tell now. Never taken for a wrong password.</summary>
    InternalFailure,

    /// <summary>Too many checks are waiting.</summary>
    Busy,
}

/// <summary>An answer of a password database.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="User">The account, on a match.</param>
/// <param name="StandIn">For an unknown user: a stored password of this database to spend the same time on, or null.</param>
public readonly record struct PassDbResult(PassDbStatus Status, UserInfo? User = null, string? StandIn = null)
{
    /// <summary>Keeps the stand-in out of logs.</summary>
    public override string ToString() => $"PassDbResult({Status}, {User?.Account})";
}

/// <summary>A source of passwords (Dovecot's passdb). Drivers may compare with a stored hash, or ask another server to.</summary>
public interface IPassDb
{
    /// <summary>The driver's name, for logs: <c>passwd-file</c>.</summary>
    string Name { get; }

    /// <summary>Checks a password for a canonical account id.</summary>
    /// <param name="account">The canonical id.</param>
    /// <param name="password">The password's octets; valid until the task completes.</param>
    /// <param name="context">Where the attempt comes from, for drivers with rules about that.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    ValueTask<PassDbResult> VerifyAsync(
        string account, ReadOnlyMemory<byte> password, AuthContext context, CancellationToken cancellationToken);
}
