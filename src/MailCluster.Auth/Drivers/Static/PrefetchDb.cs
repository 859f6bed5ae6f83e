using System.Runtime.CompilerServices;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Drivers.Static;

/// <summary>Takes the user from what the password database said in <c>userdb_</c> fields: one question less a log-in.</summary>
internal sealed class PrefetchDb : IUserDb
{
    private const string Prefix = "userdb_";

    public string Name => "prefetch";

    public bool CanList => false;

    public ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        var fields = query.Fields
            .Where(static field => field.Key.StartsWith(Prefix, StringComparison.Ordinal) && field.Key.Length > Prefix.Length)
            .ToDictionary(static field => field.Key[Prefix.Length..], static field => field.Value, StringComparer.Ordinal);
        return ValueTask.FromResult(
            fields.Count == 0 ? UserDbResult.UnknownUser : new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, fields)));
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (!cancellationToken.IsCancellationRequested) throw new UserDirectoryException("prefetch has no users of its own");
        yield break;
    }
}
