using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>
/// Finds the account of an address: the address as it is, and if there is no such account, what stands before the recipient delimiter.
/// In this order, so that an account whose own name holds the delimiter is never shadowed.
/// </summary>
internal sealed class RecipientResolver(IRecipientDirectory directory, DeliveryOptions options)
{
    /// <exception cref="RecipientDirectoryUnavailableException">The user database cannot answer.</exception>
    public async ValueTask<Recipient?> ResolveAsync(RecipientAddress address, CancellationToken cancellationToken)
    {
        if (await FindAsync(address.ToString(), cancellationToken) is { } whole)
            return new Recipient(address, whole, "");
        if (options.RecipientDelimiters.Length == 0)
            return null;
        // RFC 5233 §4: the first delimiter separates; one at the very beginning leaves no user.
        var at = address.LocalPart.AsSpan().IndexOfAny(options.RecipientDelimiters);
        if (at <= 0)
            return null;
        var user = new RecipientAddress(address.LocalPart[..at], address.Domain);
        return await FindAsync(user.ToString(), cancellationToken) is { } account
            ? new Recipient(address, account, address.LocalPart[(at + 1)..])
            : null;
    }

    // A name that no account can have is not worth a question.
    private ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken) =>
        AccountId.TryCreate(name, out _) ? directory.FindAsync(name, cancellationToken) : new((AccountId?)null);
}
