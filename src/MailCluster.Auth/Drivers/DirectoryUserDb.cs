using System.Runtime.CompilerServices;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Drivers;

/// <summary>An <see cref="IUserDirectory"/> as one user database of a chain: the built-in accounts, a passwd-file.</summary>
internal sealed class DirectoryUserDb(string name, IUserDirectory users) : IUserDb
{
    public string Name => name;

    public bool CanList => true;

    public async ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await users.FindUserAsync(query.Account, cancellationToken) is { } user
                ? new UserDbResult(UserDbStatus.Found, user)
                : UserDbResult.UnknownUser;
        }
        catch (UserDirectoryException e)
        {
            return new UserDbResult(UserDbStatus.InternalFailure, Problem: e.Message);
        }
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var user in users.ListUsersAsync(pattern: null, cancellationToken)) yield return user.Account;
    }
}
