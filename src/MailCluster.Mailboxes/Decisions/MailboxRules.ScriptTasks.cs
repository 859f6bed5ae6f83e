using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

internal static partial class MailboxRules
{
    private static MailboxDecision Decide(MailboxState state, SettleScriptTask command, DecisionContext context)
    {
        var overtaken = MailboxDecision.Nothing(new DeliveryResult(IsOvertaken: true, []));
        var task = state.ScriptTasks.Find(task => task.Id == command.Task);
        if (task is null || task.Uids.IsEmpty || (command.Uid != uint.MaxValue && !task.Uids.Contains(command.Uid)))
            return overtaken;
        var settled = new ScriptsSettled(task.Id, command.Uid);
        if (command.Change is not { } change)
            return Decision(new DeliveryResult(IsOvertaken: false, []), settled);

        // What was expunged or moved on meanwhile is left alone: its body may be on its way out, and its new folder has an event of its own.
        if (!state.Folders.TryGetValue(task.Folder, out var folder) || !folder.Index.TryGetRow(command.Uid, out var row) || row.Body != change.Body)
            return overtaken;
        foreach (var key in change.Delivery.Absent)
        {
            if (state.Marks.Contains(key, context.Now))
                return overtaken;
        }

        if (!change.Delivery.Outgoing.IsEmpty && state.Outbox.Count + change.Delivery.Outgoing.Length > context.Options.OutboxMax)
            throw Refused(RefusalReason.Busy, $"The account has {state.Outbox.Count} messages to send already.");

        var filer = new Filer(state, context);
        foreach (var filing in change.Delivery.Filings)
            filer.Add(filing);
        filer.RequireQuota(change.Delivery.Quota);
        var events = ImmutableArray.CreateBuilder<MailboxEvent>();
        if (SharedBy(filer, change.Delivery.Outgoing, row.Body) is { IsEmpty: false } shared)
            events.Add(new BodiesShared(shared));
        var filed = filer.Finish(events);
        var modSeq = filed.IsEmpty ? state.ModSeq : filed[^1].ModSeq;
        AddChanges(events, folder, command.Uid, change, modSeq, context.Options);
        if (!change.Delivery.Marks.IsEmpty)
            events.Add(new MarksRemembered(context.Now, change.Delivery.Marks));
        if (!change.Delivery.Outgoing.IsEmpty)
        {
            events.Add(new OutboxQueued(
                [.. change.Delivery.Outgoing.Select(mail => new OutboxEntry(new OutboxId(context.NewId()), mail, context.Now, 0, context.Now, ""))]));
        }

        events.Add(settled);
        return new MailboxDecision(events.DrainToImmutable(), new DeliveryResult(IsOvertaken: false, filed));
    }

    /// <summary>To the message itself: flags that it lost and got (keywords as many as the folder has room for), and whether it stays.</summary>
    private static void AddChanges(
        ImmutableArray<MailboxEvent>.Builder events, FolderState folder, uint uid, ScriptChange change, ModSeq modSeq, MailboxOptions options)
    {
        var uids = UidSet.Of(uid);
        if (change.Disposal == MessageDisposal.Expunge)
        {
            events.Add(new MessagesExpunged(folder.Id, uids, modSeq.Next));
            return;
        }

        var added = change.Added;
        var known = folder.Index.Keywords.AllKeywords;
        var room = options.KeywordsMax - known.Count;
        if (added.Keywords.Length > room)
            added = added with { Keywords = [.. added.Keywords.Where(keyword => known.Contains(keyword, StringComparer.OrdinalIgnoreCase) || room-- > 0)] };
        if (change.Disposal == MessageDisposal.Delete)
            added = added with { System = added.System | SystemFlags.Deleted };
        Change(FlagOperation.Remove, change.Removed);
        Change(FlagOperation.Add, added);

        void Change(FlagOperation operation, MessageFlags flags)
        {
            if (flags.IsNone || folder.Index.WouldChange(uids, operation, flags.System, flags.Keywords).IsEmpty)
                return;
            modSeq = modSeq.Next;
            events.Add(new FlagsChanged(folder.Id, uids, operation, flags.System, flags.Keywords, modSeq));
        }
    }

    /// <summary>As for a delivery, but each use of the body that a message has already is one more.</summary>
    private static ImmutableArray<BodyUses> SharedBy(Filer filer, ImmutableArray<OutgoingMail> outgoing, BodyRef present)
    {
        var uses = new Dictionary<BodyRef, int> { [present] = 1 };
        foreach (var body in filer.Bodies.Concat(outgoing.Select(mail => mail.Body)))
            uses[body] = uses.GetValueOrDefault(body) + 1;
        return [.. uses.Where(entry => entry.Value > 1).Select(entry => new BodyUses(entry.Key, entry.Value - 1))];
    }
}
