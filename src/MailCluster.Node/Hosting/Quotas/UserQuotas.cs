using MailCluster.Auth.Users;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Hosting.Quotas;

/// <summary>
/// What the user database says about an account's quota, by Dovecot's field names. Mailboxes come before the user database when a node starts: what is asked until
/// <see cref="Connect"/> is answered "not now", and asked again.
/// </summary>
internal sealed class UserQuotas : IQuotaDirectory
{
    private volatile IUserDirectory? _users;

    public void Connect(IUserDirectory users) => _users = users;

    public async ValueTask<QuotaRules?> FindAsync(AccountId account, CancellationToken cancellationToken)
    {
        if (_users is not { } users)
            throw new QuotaDirectoryUnavailableException("The node is starting.");
        try
        {
            if (await users.FindUserAsync(account.Value, cancellationToken) is not { } user)
                return null;
            return QuotaFields.TryRead(user.Fields, out var rules, out var problem)
                ? rules
                : throw new QuotaDirectoryUnavailableException($"The quota of {account} in the user database: {problem}");
        }
        catch (UserDirectoryException error)
        {
            throw new QuotaDirectoryUnavailableException(error.Message, error);
        }
    }
}
