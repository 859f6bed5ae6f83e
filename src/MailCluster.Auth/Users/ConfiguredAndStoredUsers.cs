using System.Runtime.CompilerServices;

namespace MailCluster.Auth.Users;

/// <summary>
/// Accounts that came with the configuration, in a passwd-file, before those of a database. Changes go to the database alone: the file belongs to whoever
/// deploys the nodes, and one node that wrote its copy would be the only one that knows. A name in both is the file's; either password opens it
/// (<see cref="PassDb.PassDbChain"/>).
/// </summary>
internal sealed class ConfiguredAndStoredUsers(IUserDirectory file, string filePath, IUserDirectory database, IUserStore store) : IUserDirectory, IUserStore
{
    public string Location => store.Location;

    public async ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken) =>
        await file.FindUserAsync(username, cancellationToken) ?? await database.FindUserAsync(username, cancellationToken);

    /// <summary>Both in one ordinal order.</summary>
    public async IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var configured = new Queue<UserInfo>();
        await foreach (var user in file.ListUsersAsync(pattern, cancellationToken)) configured.Enqueue(user);
        await foreach (var stored in database.ListUsersAsync(pattern, cancellationToken))
        {
            while (configured.TryPeek(out var next) && string.CompareOrdinal(next.Account, stored.Account) < 0) yield return configured.Dequeue();
            // The same name in both: the file's is the one that counts.
            if (!configured.TryPeek(out var same) || same.Account != stored.Account) yield return stored;
        }
        while (configured.TryDequeue(out var rest)) yield return rest;
    }

    public async ValueTask<UserChange> AddAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, IReadOnlyDictionary<string, string>? fields,
        CancellationToken cancellationToken) =>
        await file.FindUserAsync(account, cancellationToken) is not null
            ? UserChange.Exists
            : await store.AddAsync(account, password, scheme, fields, cancellationToken);

    public async ValueTask<UserChange> SetPasswordAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, CancellationToken cancellationToken)
    {
        await RefuseConfiguredAsync(account, cancellationToken);
        return await store.SetPasswordAsync(account, password, scheme, cancellationToken);
    }

    public async ValueTask<UserChange> DeleteAsync(string account, CancellationToken cancellationToken)
    {
        await RefuseConfiguredAsync(account, cancellationToken);
        return await store.DeleteAsync(account, cancellationToken);
    }

    private async ValueTask RefuseConfiguredAsync(string account, CancellationToken cancellationToken)
    {
        if (await file.FindUserAsync(account, cancellationToken) is not null)
            throw new UserDirectoryException($"{account} is configured in {filePath}; change it there, on every node");
    }
}
