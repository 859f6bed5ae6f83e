namespace MailCluster.Lmtp.Session;

/// <summary>A reply that is decided now and written later, perhaps once for each recipient.</summary>
internal sealed record Reply(int Code, string Enhanced, string Text)
{
    /// <summary>RFC 1870 §6.1, RFC 3463 X.3.4.</summary>
    public static Reply TooLarge { get; } = new(552, "5.3.4", "The message is too large");

    /// <summary>RFC 3463 X.2.2: for good, as long as nobody makes room.</summary>
    public static Reply MailboxFull { get; } = new(552, "5.2.2", "The mailbox is full");

    /// <summary>The same, for a sender that is to come back.</summary>
    public static Reply MailboxFullNow { get; } = new(452, "4.2.2", "The mailbox is full");

    /// <summary>RFC 3463 X.3.1.</summary>
    public static Reply NoStorage { get; } = new(452, "4.3.1", "There is no room to receive the message now");
}
