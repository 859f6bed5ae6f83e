using System.Runtime.CompilerServices;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.UserDb;

/// <summary>A chain of user databases as deliveries and the operator ask it.</summary>
internal sealed class UserDbDirectory(UserDbChain chain) : IUserDirectory
{
    private static readonly IReadOnlyDictionary<string, string> NoFields = new Dictionary<string, string>();

    public async ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken)
    {
        if (!UserName.TryParse(username, out var account, out _)) return null;
        var found = await chain.FindAsync(new UserDbQuery(account, "lmtp", NoFields), cancellationToken);
        return found.Status switch
        {
            UserDbStatus.Found => found.User,
            UserDbStatus.UnknownUser => null,
            _ => throw new UserDirectoryException(found.Problem ?? "a user database cannot be asked"),
        };
    }

    /// <summary>Names come from the databases that can list; each is then looked up, so that the fields are those of the whole chain.</summary>
    public async IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var account in await chain.ListAsync(cancellationToken))
        {
            if (pattern is not null && !UserPattern.Matches(pattern, account)) continue;
            if (await FindUserAsync(account, cancellationToken) is { } user) yield return user;
        }
    }
}
