using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

internal sealed partial record MailboxState
{
    /// <summary>Messages that wait for scripts, in the order in which they have their turn.</summary>
    public ImmutableList<ScriptTask> ScriptTasks { get; init; } = [];

    private long ScriptTaskMemoryBytes => ScriptTasks.Count * 400L;

    private MailboxState Queue(ScriptsQueued e)
    {
        var tasks = ScriptTasks;
        foreach (var task in e.Tasks)
        {
            var known = tasks.FindIndex(one => one.Id == task.Id);
            tasks = known < 0 ? tasks.Add(task) : tasks.SetItem(known, tasks[known] with { Uids = tasks[known].Uids.Union(task.Uids) });
        }

        return this with { ScriptTasks = tasks };
    }

    private MailboxState Settle(ScriptsSettled e)
    {
        var at = ScriptTasks.FindIndex(task => task.Id == e.Task);
        if (at < 0)
            throw new InvalidOperationException($"Account {Account} has no script task {e.Task}.");
        var left = e.Through == uint.MaxValue ? UidSet.Empty : ScriptTasks[at].Uids.Intersect(UidSet.OfRange(e.Through + 1, uint.MaxValue));
        return this with
        {
            ScriptTasks = left.IsEmpty ? ScriptTasks.RemoveAt(at) : ScriptTasks.SetItem(at, ScriptTasks[at] with { Uids = left }),
        };
    }
}
