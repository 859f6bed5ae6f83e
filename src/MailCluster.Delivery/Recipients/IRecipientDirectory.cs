using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>Who has a mailbox here: the one question that delivery asks the user database.</summary>
public interface IRecipientDirectory
{
    /// <summary>The account of exactly this name, or null if there is none. The name has no recipient delimiter removed; its case does not matter.</summary>
    /// <exception cref="RecipientDirectoryUnavailableException">The database cannot answer: "unknown" would be a lie and bounce mail.</exception>
    ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken);
}

/// <summary>The user database cannot be read now. The message is for the operator, never for a client.</summary>
public sealed class RecipientDirectoryUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
