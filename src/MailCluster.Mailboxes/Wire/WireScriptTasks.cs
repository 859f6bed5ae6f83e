using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>The command and the query of scripts that run on what IMAP does, between memory and <c>wire.proto</c>.</summary>
internal static class WireScriptTasks
{
    /// <summary>False: another kind of command.</summary>
    public static bool TrySetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case NextScriptTask:
                wire.NextScriptTask = new Nothing();
                return true;
            case Mailboxes.SettleScriptTask settle:
                wire.SettleScriptTask = new SettleScriptTask { Task = settle.Task.Value.ToStored(), Uid = settle.Uid };
                if (settle.Change is { } change)
                    wire.SettleScriptTask.Change = ToWire(change);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null: another kind of command.</summary>
    public static IMailboxCommand? CommandOf(Request wire) => wire.CommandCase switch
    {
        Request.CommandOneofCase.NextScriptTask => new NextScriptTask(),
        Request.CommandOneofCase.SettleScriptTask => new Mailboxes.SettleScriptTask(
            new ScriptTaskId(wire.SettleScriptTask.Task.ToGuid()),
            wire.SettleScriptTask.Uid,
            wire.SettleScriptTask.Change is { } change ? FromWire(change) : null),
        _ => null,
    };

    public static ScriptWork ToWire(Mailboxes.ScriptWork work) => new()
    {
        Task = work.Task is { } task ? ScriptTaskCodec.ToStored(task) : null,
        Uid = work.Uid,
        Message = work.Message is { } message ? EventCodec.ToStored(message) : null,
    };

    public static Mailboxes.ScriptWork FromWire(ScriptWork wire) => new(
        wire.Task is { } task ? ScriptTaskCodec.FromStored(task) : null,
        wire.Uid,
        wire.Message is { } message ? EventCodec.FromStored(message) : null);

    private static ScriptChange ToWire(Mailboxes.ScriptChange change)
    {
        var wire = new ScriptChange
        {
            Body = change.Body.Value,
            AddedFlags = (uint)change.Added.System,
            RemovedFlags = (uint)change.Removed.System,
            Disposal = (int)change.Disposal,
            Delivery = WireDeliveries.ToWire(change.Delivery),
        };
        wire.AddedKeywords.AddRange(change.Added.Keywords);
        wire.RemovedKeywords.AddRange(change.Removed.Keywords);
        return wire;
    }

    private static Mailboxes.ScriptChange FromWire(ScriptChange wire) => new(
        new BodyRef(wire.Body),
        new MessageFlags((SystemFlags)wire.AddedFlags, wire.AddedKeywords.ToKeywords()),
        new MessageFlags((SystemFlags)wire.RemovedFlags, wire.RemovedKeywords.ToKeywords()),
        (MessageDisposal)wire.Disposal,
        WireDeliveries.FromWire(wire.Delivery));
}
