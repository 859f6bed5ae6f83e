using MailCluster.Auth.Users;
using MailCluster.Delivery;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Hosting;

/// <summary>Delivery's question, answered by the user database that logins use.</summary>
internal sealed class UserRecipients(IUserDirectory users) : IRecipientDirectory
{
    public async ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await users.FindUserAsync(name, cancellationToken) is { } user && AccountId.TryCreate(user.Account, out var account) ? account : null;
        }
        catch (UserDirectoryException error)
        {
            throw new RecipientDirectoryUnavailableException(error.Message, error);
        }
    }
}
