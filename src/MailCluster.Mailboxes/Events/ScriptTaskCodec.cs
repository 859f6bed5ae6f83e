using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Messages that wait for scripts, between memory and <c>mailbox.proto</c>.</summary>
internal static class ScriptTaskCodec
{
    public static Event ToStored(ScriptsQueued queued)
    {
        var stored = new Stored.ScriptsQueued();
        stored.Tasks.AddRange(queued.Tasks.Select(ToStored));
        return new Event { ScriptsQueued = stored };
    }

    public static Event ToStored(ScriptsSettled settled) => new()
    {
        ScriptsSettled = new Stored.ScriptsSettled { Task = settled.Task.Value.ToStored(), Through = settled.Through },
    };

    public static ScriptsQueued FromStored(Stored.ScriptsQueued stored) => new([.. stored.Tasks.Select(FromStored)]);

    public static ScriptsSettled FromStored(Stored.ScriptsSettled stored) => new(new ScriptTaskId(stored.Task.ToGuid()), stored.Through);

    public static Stored.ScriptTask ToStored(ScriptTask task)
    {
        var stored = new Stored.ScriptTask
        {
            Id = task.Id.Value.ToStored(),
            Folder = task.Folder.Value.ToStored(),
            Name = task.Name.Value,
            Cause = (int)task.Cause,
            From = task.From?.Value ?? "",
            Uids = task.Uids.ToStored(),
            Script = task.Script,
            Session = task.Session,
            ClientAddress = task.ClientAddress,
            QueuedAtMs = task.QueuedAt.ToUnixTimeMilliseconds(),
        };
        stored.ChangedFlags.AddRange(task.ChangedFlags);
        return stored;
    }

    public static ScriptTask FromStored(Stored.ScriptTask stored) => new(
        new ScriptTaskId(stored.Id.ToGuid()),
        stored.Folder.ToFolderId(),
        stored.Name.ToFolderName(),
        (ScriptCauses)stored.Cause,
        stored.From.Length == 0 ? null : stored.From.ToFolderName(),
        stored.Uids.ToUidSet(),
        [.. stored.ChangedFlags],
        stored.Script,
        stored.Session,
        stored.ClientAddress,
        DateTimeOffset.FromUnixTimeMilliseconds(stored.QueuedAtMs));
}
