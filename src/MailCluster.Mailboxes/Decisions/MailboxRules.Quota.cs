namespace MailCluster.Mailboxes;

// What takes room: APPEND, COPY, deliveries. What takes none is never refused for want of it: flags, expunges, moves inside the account, folders. A user who is over
// the limit must be able to get below it.
internal static partial class MailboxRules
{
    /// <summary>The messages must fit what is left. An account over its limit (which was lowered, or passed by a grace) takes nothing more.</summary>
    /// <param name="state">Before them.</param>
    /// <param name="folder">Where they are to go.</param>
    /// <param name="bytes">Of all of them.</param>
    /// <param name="messages">How many.</param>
    /// <param name="check">How strictly.</param>
    /// <param name="context">Has the limits.</param>
    /// <exception cref="MailboxRefusedException">They do not fit (<see cref="RefusalReason.OverQuota"/>).</exception>
    internal static void RequireQuota(
        MailboxState state, FolderName folder, long bytes, long messages, QuotaCheck check, DecisionContext context)
    {
        if (check == QuotaCheck.Off || context.Limits is not { IsUnlimited: false } limits)
            return;
        var (storageMax, messagesMax) = limits.For(folder);
        var usage = QuotaUsage.Of(state, limits);
        if (bytes > BytesLeft(usage, storageMax, check == QuotaCheck.WithGrace ? context.Options.Quota.Grace : QuotaAmount.Zero))
            throw Refused(RefusalReason.OverQuota, "The quota of the mailbox is exceeded (bytes)");
        if (messages > messagesMax - usage.Messages)
            throw Refused(RefusalReason.OverQuota, "The quota of the mailbox is exceeded (messages)");
    }

    /// <summary>The largest message that a delivery to INBOX may bring; −1 when not even an empty one.</summary>
    internal static long DeliverableBytes(MailboxState state, DecisionContext context)
    {
        if (context.Limits is not { IsUnlimited: false } limits)
            return QuotaLimits.None;
        var (storageMax, messagesMax) = limits.For(FolderName.Inbox);
        var usage = QuotaUsage.Of(state, limits);
        return usage.Messages >= messagesMax ? -1 : Math.Max(-1, BytesLeft(usage, storageMax, context.Options.Quota.Grace));
    }

    private static MailboxDecision Decide(MailboxState state, SetQuota command)
    {
        var set = state.Quota.Set with
        {
            Storage = Changed(state.Quota.Set.Storage, command.Storage),
            Messages = Changed(state.Quota.Set.Messages, command.Messages),
        };
        return set == state.Quota.Set ? MailboxDecision.Nothing(Done.Value) : Decision(Done.Value, new QuotaChanged(set, null, null));

        static long? Changed(long? now, long? wanted) => wanted switch
        {
            null => now,
            SetQuota.Inherit => null,
            < 0 => throw Refused(RefusalReason.Cannot, "A quota is not below zero."),
            _ => wanted,
        };
    }

    private static MailboxDecision Decide(MailboxState state, MarkQuotaLevel command) =>
        state.Quota.MarkedLevel != command.From || command.From == command.To
            ? MailboxDecision.Nothing(Done.Value)
            : Decision(Done.Value, new QuotaChanged(null, null, command.To));

    /// <summary>Below zero when the account is over its limit. A grace is for who was not.</summary>
    private static long BytesLeft(QuotaUsage usage, long limit, QuotaAmount grace)
    {
        if (limit == QuotaLimits.None)
            return limit;
        return (usage.Storage < limit ? grace.On(limit) : limit) - usage.Storage;
    }
}
