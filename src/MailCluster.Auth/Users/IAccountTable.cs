namespace MailCluster.Auth.Users;

/// <summary>
/// The accounts of a cluster, in a database that all its nodes share: what one node changes, the next question on any node sees. Holds stored passwords as
/// they are and knows nothing of schemes.
/// </summary>
/// <remarks>Every member throws <see cref="UserDirectoryException"/> when the database cannot answer now.</remarks>
public interface IAccountTable
{
    /// <summary>Where the accounts are, for messages; no credentials.</summary>
    string Location { get; }

    /// <summary>Finds an account, and a stand-in for the case that it is not there or is locked, at the same cost.</summary>
    /// <param name="account">A canonical id.</param>
    /// <param name="standIn">Any number; the same one gives the same stand-in for as long as the accounts stay the same.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    ValueTask<AccountLookup> FindAsync(string account, long standIn, CancellationToken cancellationToken);

    /// <summary>All accounts, in ordinal order of their ids, each once.</summary>
    IAsyncEnumerable<StoredAccount> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds an account, durably. False when it is there; nothing is changed then.</summary>
    ValueTask<bool> AddAsync(StoredAccount account, CancellationToken cancellationToken);

    /// <summary>Replaces the stored password, durably. False when there is no such account.</summary>
    ValueTask<bool> SetPasswordAsync(string account, string password, CancellationToken cancellationToken);

    /// <summary>Removes an account, durably. False when there is no such account.</summary>
    ValueTask<bool> DeleteAsync(string account, CancellationToken cancellationToken);
}

/// <summary>An account as it is stored.</summary>
/// <param name="Account">The canonical id.</param>
/// <param name="Password">The stored password, <c>{SCHEME}data</c>; empty or beginning with <c>*</c> or <c>!</c> when no password opens the account.</param>
/// <param name="Fields">Extra fields by their Dovecot names; empty values for bare words.</param>
public sealed record StoredAccount(string Account, string Password, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>False for a locked account, in the manner of /etc/shadow.</summary>
    public bool HasPassword => Password.Length > 0 && Password[0] is not ('*' or '!');

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"StoredAccount({Account})";
}

/// <summary>What was found.</summary>
/// <param name="Account">The account, or null.</param>
/// <param name="StandIn">The stored password of some account that has one, or null when none has.</param>
public readonly record struct AccountLookup(StoredAccount? Account, string? StandIn)
{
    /// <summary>Keeps the stand-in out of logs.</summary>
    public override string ToString() => $"AccountLookup({Account?.Account})";
}
