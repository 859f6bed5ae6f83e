using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>One message for one or more recipients of this node.</summary>
/// <param name="Sender">The envelope's sender without angle brackets; empty for a bounce.</param>
/// <param name="Recipients">Whom it is for, in the order of the envelope. At least one.</param>
/// <param name="Message">The bytes to store, trace headers included. The caller's; not used any more once the delivery has returned.</param>
/// <param name="ReceivedAt">When it arrived, in the zone that INTERNALDATE is to show.</param>
/// <param name="Session">The session's id.</param>
/// <param name="Protocol">How it came: <c>lmtp</c>.</param>
/// <param name="ClientAddress">Whence it came.</param>
public sealed record DeliveryRequest(
    string Sender,
    ImmutableArray<Recipient> Recipients,
    ReadOnlyMemory<byte> Message,
    DateTimeOffset ReceivedAt,
    string Session,
    string Protocol,
    string ClientAddress)
{
    /// <summary>Where the message goes unless a filter says otherwise; null for INBOX, which also takes it if the folder does not exist.</summary>
    public FolderName? Folder { get; init; }

    /// <summary>What the sender asks for besides.</summary>
    public MailTerms Terms { get; init; } = MailTerms.None;

    /// <summary>How a recipient's script may refuse it.</summary>
    public RefusalForm Refusal { get; init; }

    /// <summary>What happened by IMAP to a message that is in a folder already; null: it is being delivered.</summary>
    internal ImapEvent? Event { get; init; }

    /// <summary>How strictly it is held against the quota.</summary>
    public QuotaCheck Quota { get; init; } = QuotaCheck.WithGrace;
}

/// <summary>How the sender learns that a script refuses a message (RFC 5429).</summary>
public enum RefusalForm
{
    /// <summary>By whoever brings the message, who is answered so; only a reject in words that an answer cannot carry is a message to the sender.</summary>
    Answer,

    /// <summary>By a message, where one may be sent; else as an answer.</summary>
    Report,
}

/// <summary>What became of a message for one recipient.</summary>
public enum DeliveryStatus
{
    /// <summary>It is in the mailbox, durably. LMTP: 250 2.0.0.</summary>
    Delivered,

    /// <summary>The mailbox has no room for it. LMTP: 552 5.2.2.</summary>
    OverQuota,

    /// <summary>It will never be taken. LMTP: 554 5.7.1 or as the outcome says.</summary>
    Refused,

    /// <summary>The recipient's script refuses it (RFC 5429). LMTP: 550 5.7.1 with the script's words.</summary>
    Rejected,

    /// <summary>It may be taken later; it is not in the mailbox as far as can be told. LMTP: 451 4.3.0.</summary>
    TemporaryFailure,
}

/// <summary>What became of a message for one recipient, with a text fit for the client (printable ASCII, no line end).</summary>
public sealed record DeliveryOutcome(DeliveryStatus Status, string Text)
{
    public static DeliveryOutcome Delivered { get; } = new(DeliveryStatus.Delivered, "Saved");

    public static DeliveryOutcome OverQuota { get; } = new(DeliveryStatus.OverQuota, "The mailbox is full");

    public static DeliveryOutcome TemporaryFailure { get; } = new(DeliveryStatus.TemporaryFailure, "The mailbox cannot take the message now");
}
