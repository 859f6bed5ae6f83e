namespace MailCluster.Auth.Users;

/// <summary>How a change of the user database ended.</summary>
public enum UserChange
{
    /// <summary>Done, and on stable storage.</summary>
    Done,

    /// <summary>Adding: the account is already there. Nothing was changed.</summary>
    Exists,

    /// <summary>Changing or deleting: there is no such account.</summary>
    NotFound,
}

/// <summary>The user database that <c>mailctl user</c> changes.</summary>
public interface IUserStore
{
    /// <summary>Where the accounts are, for messages: a path or an address.</summary>
    string Location { get; }

    /// <summary>Adds an account.</summary>
    /// <param name="account">A canonical id from <see cref="UserName.TryParse"/>.</param>
    /// <param name="password">The password's UTF-8 bytes; hashed with <paramref name="scheme"/>, or the default.</param>
    /// <param name="scheme">A scheme name such as <c>ARGON2ID</c>, or null for the default one.</param>
    /// <param name="fields">Extra fields to store, or null.</param>
    /// <param name="cancellationToken">Stops before the change, never in its middle.</param>
    /// <exception cref="UserDirectoryException">The database cannot be changed.</exception>
    /// <exception cref="Passwords.PasswordSchemeException">
    /// The scheme is unknown, weak and not allowed, or its library is missing.
    /// </exception>
    ValueTask<UserChange> AddAsync(
        string account,
        ReadOnlyMemory<byte> password,
        string? scheme,
        IReadOnlyDictionary<string, string>? fields,
        CancellationToken cancellationToken);

    /// <summary>Sets a password; the other fields stay. The old password stops working at once. Exceptions as for AddAsync.</summary>
    ValueTask<UserChange> SetPasswordAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, CancellationToken cancellationToken);

    /// <summary>Removes an account. Its mail is not touched. Exceptions as for AddAsync.</summary>
    ValueTask<UserChange> DeleteAsync(string account, CancellationToken cancellationToken);
}
