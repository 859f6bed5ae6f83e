using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>One recipient that has a mailbox here.</summary>
/// <param name="Address">As the envelope gave it.</param>
/// <param name="Account">Whose mailbox.</param>
/// <param name="Detail">What stood after the recipient delimiter (RFC 5233 §1), or empty.</param>
public sealed record Recipient(RecipientAddress Address, AccountId Account, string Detail);

/// <summary>What is known of an address before the message is there.</summary>
public enum RecipientStatus
{
    /// <summary>It has a mailbox here.</summary>
    Known,

    /// <summary>It has none. LMTP: 550 5.1.1.</summary>
    Unknown,

    /// <summary>It cannot be told now. LMTP: 451 4.3.0.</summary>
    TemporaryFailure,
}

/// <summary>The answer about one address; <paramref name="Recipient"/> is set if it is known.</summary>
public readonly record struct RecipientResolution(RecipientStatus Status, Recipient? Recipient);
