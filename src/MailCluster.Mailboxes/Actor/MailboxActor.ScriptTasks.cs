using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Messages that wait for scripts.</summary>
internal sealed partial class MailboxActor
{
    /// <summary>What a command leads to, and the tasks for scripts that come with it.</summary>
    private ImmutableArray<MailboxEvent> WithScripts(
        MailboxState state, MailboxRequest request, ImmutableArray<MailboxEvent> events, DecisionContext context)
    {
        // A node of an earlier release, to which the account may move, would neither read nor run what waits.
        if (services.Options.ScriptEvents is not { } options || context.Level < MailboxLevel.Filtering)
            return events;
        var queued = ScriptQueue.Of(state, options, request.Command, events, request.Context, context, out var left);
        if (left > 0)
            ScriptTaskLog.NoRoom(services.Log, account, options.QueueMax, request.Context.Session);
        return queued is null ? events : events.Add(queued);
    }

    private void TellScriptTasks(MailboxState before, MailboxState after)
    {
        if (!ReferenceEquals(before.ScriptTasks, after.ScriptTasks) && !after.ScriptTasks.IsEmpty)
            services.ScriptTasks?.ScriptTasksWait(account);
    }

    private static ScriptWork Next(MailboxState state)
    {
        if (state.ScriptTasks.IsEmpty)
            return ScriptWork.None;
        var task = state.ScriptTasks[0];
        if (!state.Folders.TryGetValue(task.Folder, out var folder) || folder.Index.Existing(task.Uids) is not { IsEmpty: false } there)
            return new ScriptWork(task, 0, null);
        folder.Index.TryGetRow(there.Min, out var row);
        return new ScriptWork(
            task, row.Uid, new NewMessage(row.EmailId, row.Body, row.Size, row.InternalDate, row.Flags, folder.Index.Keywords[row.KeywordSet]));
    }
}
