using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes;

/// <summary>Finds out whether what a session did is to run scripts, and on which messages. Pure.</summary>
internal static class ScriptQueue
{
    /// <summary>RFC 6785 §7.4, §7.5.</summary>
    private static readonly AnnotationName s_script = AnnotationName.Create("/shared/imapsieve/script");

    /// <summary>What is queued because of these events; null for nothing.</summary>
    /// <param name="state">Before the events.</param>
    /// <param name="options">The operator's rules.</param>
    /// <param name="command">What the session asked for.</param>
    /// <param name="events">What it leads to.</param>
    /// <param name="cause">Who asked.</param>
    /// <param name="context">Time and ids.</param>
    /// <param name="left">How many tasks found no room.</param>
    public static ScriptsQueued? Of(
        MailboxState state, ScriptEventOptions options, IMailboxCommand command, ImmutableArray<MailboxEvent> events, CommandContext cause, DecisionContext context,
        out int left)
    {
        left = 0;

        // Nothing else is an event of RFC 6785 §2.2: not what LMTP, POP3, administration and scripts do, nor a folder that is renamed.
        if (cause.Protocol != "imap" || command is not (AppendMessages or CopyMessages or MoveMessages or StoreFlags))
            return null;
        List<ScriptTask>? tasks = null;
        foreach (var e in events)
        {
            switch (e)
            {
                case MessagesAppended appended:
                    Add(appended.Folder, ScriptCauses.Append, null, UidSet.OfRange(appended.FirstUid, appended.FirstUid + (uint)appended.Messages.Length - 1), []);
                    break;
                case MessagesCopied copied:
                    Add(copied.Target, ScriptCauses.Copy, copied.Source, Targets(copied.FirstTargetUid, copied.Uids), []);
                    break;
                case MessagesMoved moved:
                    Add(moved.Target, ScriptCauses.Copy, moved.Source, Targets(moved.FirstTargetUid, moved.Uids), []);
                    break;
                case FlagsChanged flags when Concerns(flags.Folder, ScriptCauses.Flag, null, out var folder, out var script):
                    foreach (var (names, uids) in ChangedFlags.Of(folder.Index, flags))
                        Queue(folder, ScriptCauses.Flag, null, uids, names, script);
                    break;
            }
        }

        left = 0;
        if (tasks is null)
            return null;
        var queue = Fit(state.ScriptTasks, tasks, options.QueueMax);
        left = tasks.Count - queue.Count;
        return queue.Count == 0 ? null : new ScriptsQueued([.. queue]);

        void Add(FolderId id, ScriptCauses happened, FolderId? source, UidSet uids, ImmutableArray<string> names)
        {
            if (Concerns(id, happened, source, out var folder, out var script))
                Queue(folder, happened, source, uids, names, script);
        }

        bool Concerns(FolderId id, ScriptCauses happened, FolderId? source, out FolderState folder, out string script)
        {
            folder = state.Folders[id];
            script = options.HasUserScripts ? UserScript(state, id, context.Options.Annotations) : "";
            var from = source is { } known ? state.Folders[known].Name : (FolderName?)null;
            foreach (var rule in options.Rules)
            {
                if (rule.Fits(folder.Name, from, happened))
                    return true;
            }

            return script.Length > 0;
        }

        void Queue(FolderState folder, ScriptCauses happened, FolderId? source, UidSet uids, ImmutableArray<string> names, string script) =>
            (tasks ??= []).Add(new ScriptTask(
                new ScriptTaskId(context.NewId()),
                folder.Id,
                folder.Name,
                happened,
                source is { } known ? state.Folders[known].Name : null,
                uids,
                names,
                script,
                cause.Session,
                cause.ClientAddress,
                context.Now));
    }

    /// <summary>RFC 6785 §2.3.1: the folder's, or else the server's; an empty one is none, and so is one that names no script.</summary>
    private static string UserScript(MailboxState state, FolderId folder, AnnotationOptions options) =>
        ServerAnnotations.FindNearest(state, folder, s_script, options) is { Length: > 0 and <= ScriptName.BytesMax } value ? Encoding.UTF8.GetString(value.AsSpan()) : "";

    private static UidSet Targets(uint first, UidSet sources) => UidSet.OfRange(first, (uint)(first + sources.UidCount - 1));

    /// <summary>A client that goes from message to message makes one task; past the limit there is room for none but that.</summary>
    private static List<ScriptTask> Fit(ImmutableList<ScriptTask> waiting, List<ScriptTask> tasks, int max)
    {
        var queue = new List<ScriptTask>(tasks.Count);
        var last = waiting.IsEmpty ? null : waiting[^1];
        foreach (var task in tasks)
        {
            if (last is not null && last.MayTake(task))
                queue.Add(task with { Id = last.Id });
            else if (waiting.Count + queue.Count < max)
                queue.Add(last = task);
        }

        return queue;
    }
}
