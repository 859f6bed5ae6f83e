namespace MailCluster.Delivery;

/// <summary>A message that an account is sent when it fills up, or has room again.</summary>
/// <param name="At">Per cent of the limit, the fuller of storage and messages. 1 and up.</param>
/// <param name="Falling">False: when the account rises to <paramref name="At"/>. True: when it falls below it.</param>
/// <param name="Subject">With the placeholders of <see cref="QuotaWarningMessage"/>.</param>
/// <param name="Text">The same; lines end with LF.</param>
public sealed record QuotaWarning(int At, bool Falling, string Subject, string Text)
{
    /// <summary>What is said if nothing else is configured.</summary>
    public static QuotaWarning Default(int at, bool falling) => falling
        ? new(at, falling, "Your mailbox has room again", "The mailbox {account} holds {used} of {limit} now, {percent} %. New mail is accepted again.\n")
        : new(
            at,
            falling,
            "Your mailbox is {percent} % full",
            "The mailbox {account} holds {used} of {limit}, {percent} %.\n\nWhen it is full, new mail is refused. Please delete what you do not need any more, and empty the trash.\n");
}
