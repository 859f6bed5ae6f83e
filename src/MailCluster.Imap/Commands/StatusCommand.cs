namespace MailCluster.Imap.Commands;

/// <summary>STATUS (RFC 9051 §6.3.11).</summary>
internal sealed record StatusCommand(string Tag, string Mailbox, StatusItems Items) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Status;
}

/// <summary>What STATUS can tell of a folder.</summary>
[Flags]
internal enum StatusItems
{
    None = 0,
    Messages = 1,

    /// <summary>RFC 3501 §6.3.10; RFC 9051 servers answer 0.</summary>
    Recent = 1 << 1,
    UidNext = 1 << 2,
    UidValidity = 1 << 3,
    Unseen = 1 << 4,
    Deleted = 1 << 5,

    /// <summary>RFC 8438.</summary>
    Size = 1 << 6,

    /// <summary>RFC 7162 §3.1.7.</summary>
    HighestModSeq = 1 << 7,

    /// <summary>RFC 8474 §4.3.</summary>
    MailboxId = 1 << 8,

    /// <summary>RFC 7889 §3.</summary>
    AppendLimit = 1 << 9,

    /// <summary>RFC 9208 §4.1.4.</summary>
    DeletedStorage = 1 << 10,
}
