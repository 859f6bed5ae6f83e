using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>Says before a message is there whether its recipient could take it.</summary>
public interface IQuotaDoor
{
    /// <summary>
    /// False: the account has no room for a delivery of this size, as far as is known now. True otherwise, also when it cannot be told: the delivery itself decides. Does
    /// not throw for anything a mailbox can do, and takes a second at most.
    /// </summary>
    /// <param name="account">Whose mailbox.</param>
    /// <param name="bytes">The size that the sender has declared; 0 for none, which asks for room for anything at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<bool> HasRoomAsync(AccountId account, long bytes, CancellationToken cancellationToken);
}
