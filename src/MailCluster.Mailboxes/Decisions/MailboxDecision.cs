using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>What a command leads to: events, none if nothing changes, and the answer.</summary>
internal readonly record struct MailboxDecision(ImmutableArray<MailboxEvent> Events, object Result)
{
    public static MailboxDecision Nothing(object result) => new([], result);
}

/// <summary>
/// The rules of a mailbox: from a state and a command to events and an answer, or a refusal. Pure: everything chosen (time, ids, UIDs,
/// mod-sequences) is in the events. One file per group of commands.
/// </summary>
internal static partial class MailboxRules
{
    /// <exception cref="MailboxRefusedException">The command is refused; nothing changes.</exception>
    public static MailboxDecision Decide(MailboxState state, IMailboxCommand command, DecisionContext context) => command switch
    {
        AppendMessages append => Decide(state, append, context),
        StoreFlags store => Decide(state, store, context),
        CopyMessages copy => Decide(state, copy, context),
        MoveMessages move => Decide(state, move, context),
        ExpungeMessages expunge => Decide(state, expunge),
        CreateFolder create => Decide(state, create, context),
        DeleteFolder delete => Decide(state, delete),
        RenameFolder rename => Decide(state, rename, context),
        SetSubscription subscription => Decide(state, subscription, context),
        PurgeAccount => Purge(state),
        PutScript put => Decide(state, put, context),
        DeleteScript delete => Decide(state, delete),
        RenameScript rename => Decide(state, rename),
        SetActiveScript activate => Decide(state, activate),
        DeliverMessage deliver => Decide(state, deliver, context),
        ClaimOutboxEntry claim => Decide(state, claim, context),
        SettleOutboxEntry settle => Decide(state, settle, context),
        SetQuota quota => Decide(state, quota),
        MarkQuotaLevel level => Decide(state, level),
        SetAnnotations annotations => Decide(state, annotations, context),
        SettleScriptTask settle => Decide(state, settle, context),
        _ => throw new InvalidOperationException($"No rule decides {command.GetType().Name}."),
    };

    private static MailboxDecision Decision(object result, params ImmutableArray<MailboxEvent> events) => new(events, result);

    /// <exception cref="MailboxRefusedException">The folder a session has open was deleted.</exception>
    internal static FolderState Open(MailboxState state, FolderId id) =>
        state.Folders.TryGetValue(id, out var folder)
            ? folder
            : throw new MailboxRefusedException(RefusalReason.FolderGone, "The folder was deleted.");

    private static MailboxRefusedException Refused(RefusalReason reason, string message) => new(reason, message);
}
