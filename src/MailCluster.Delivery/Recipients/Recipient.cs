using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>One recipient that has a mailbox here.</summary>
/// <param name="Address">As the envelope gave it.</param>
/// <param name="Account">Whose mailbox.</param>
/// <param name="Detail">What stood after the recipient delimiter (RFC 5233 §1), or empty.</param>
public sealed record Recipient(RecipientAddress Address, AccountId Account, string Detail)
{
    /// <summary>NOTIFY (RFC 3461 §4.1), in upper case: <c>NEVER</c>, or of <c>SUCCESS,FAILURE,DELAY</c>; empty if RCPT had none.</summary>
    public string Notify { get; init; } = "";

    /// <summary>ORCPT (RFC 3461 §4.2), decoded: <c>rfc822;alice@example.com</c>, without control characters; empty if RCPT had none.</summary>
    public string OriginalRecipient { get; init; } = "";

    /// <summary>Whether the sender wants to be told that the message was delivered.</summary>
    public bool WantsSuccessReport => Notify.Split(',').Contains("SUCCESS");
}

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
