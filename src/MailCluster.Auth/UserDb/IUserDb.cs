using MailCluster.Auth.Users;

namespace MailCluster.Auth.UserDb;

/// <summary>How a user database answered.</summary>
public enum UserDbStatus
{
    /// <summary>The account is here.</summary>
    Found,

    /// <summary>It is not; the next database is asked.</summary>
    UnknownUser,

    /// <summary>The database cannot tell now. "Unknown" would make LMTP bounce mail.</summary>
    InternalFailure,
}

/// <summary>An answer of a user database.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="User">The account as the database spells it, and its fields, when found.</param>
/// <param name="Problem">For an internal failure: what was wrong, for the operator; no secrets.</param>
public sealed record UserDbResult(UserDbStatus Status, UserInfo? User = null, string? Problem = null)
{
    /// <summary>No such account.</summary>
    public static UserDbResult UnknownUser { get; } = new(UserDbStatus.UnknownUser);
}

/// <summary>Who is asked for.</summary>
/// <param name="Account">The canonical account id.</param>
/// <param name="Protocol">The protocol in lower case: <c>imap</c>, <c>lmtp</c>, <c>admin</c>.</param>
/// <param name="Fields">What the password databases and earlier user databases gave.</param>
/// <param name="Context">Where the log-in comes from; null for deliveries and the operator.</param>
public sealed record UserDbQuery(string Account, string Protocol, IReadOnlyDictionary<string, string> Fields, AuthContext? Context = null)
{
    /// <summary>Where the chain writes down whom it asked; null as a rule.</summary>
    internal Chains.ChainTrace? Trace { get; init; }
}

/// <summary>
/// A source of users without passwords (Dovecot's userdb): who exists, and with which fields. No member but the listing throws for
/// anything but cancellation.
/// </summary>
public interface IUserDb
{
    /// <summary>The driver's name, for logs: <c>ldap</c>.</summary>
    string Name { get; }

    /// <summary>True when <see cref="ListAsync"/> works: PAM, for one, does not know who its users are.</summary>
    bool CanList { get; }

    /// <summary>Finds a user.</summary>
    ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken);

    /// <summary>All canonical account ids, in any order.</summary>
    /// <exception cref="UserDirectoryException">The database cannot answer, or cannot list.</exception>
    IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken);
}
