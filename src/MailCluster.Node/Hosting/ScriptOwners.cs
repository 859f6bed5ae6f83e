using MailCluster.Auth.Users;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Hosting;

/// <summary>The user databases, for programs that want to know the home directory and for lists that stand in a field.</summary>
internal sealed class ScriptOwners(IUserDirectory users) : IScriptOwners
{
    private const string UserDbPrefix = "userdb_";

    public async ValueTask<IReadOnlyDictionary<string, string>> FieldsAsync(AccountId account, CancellationToken cancellationToken)
    {
        try
        {
            var user = await users.FindUserAsync(account.Value, cancellationToken);
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in user?.Fields ?? new Dictionary<string, string>())
                fields[name.StartsWith(UserDbPrefix, StringComparison.Ordinal) ? name[UserDbPrefix.Length..] : name] = value;
            return fields;
        }
        catch (UserDirectoryException error)
        {
            throw new SieveHostUnavailableException(error.Message, error);
        }
    }
}
