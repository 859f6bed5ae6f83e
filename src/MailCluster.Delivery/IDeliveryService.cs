using System.Collections.Immutable;

namespace MailCluster.Delivery;

/// <summary>Puts messages into mailboxes.</summary>
public interface IDeliveryService
{
    /// <summary>Finds the mailbox of an address. Does not throw for anything an address or a user database can do.</summary>
    ValueTask<RecipientResolution> ResolveAsync(RecipientAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Delivers a message to all its recipients at once and answers when all outcomes are known, in the order of the recipients. <see cref="DeliveryStatus.Delivered"/>
    /// means durable. Two recipients that are one (same account, same detail) get one message and the same outcome.
    /// </summary>
    /// <remarks>
    /// Cancelling stops waiting between attempts; what was sent to a mailbox runs. Does not throw for anything a mailbox can do.
    /// </remarks>
    ValueTask<ImmutableArray<DeliveryOutcome>> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken);
}

/// <summary>
/// A say in whether a recipient gets a message, before anything is stored (quota, policy). All checks are asked in their order; the first that
/// answers an outcome decides.
/// </summary>
public interface IDeliveryCheck
{
    /// <summary>Null: no objection.</summary>
    ValueTask<DeliveryOutcome?> CheckAsync(Recipient recipient, DeliveryRequest request, CancellationToken cancellationToken);
}
