using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

internal static partial class MailboxRules
{
    private static MailboxDecision Decide(MailboxState state, AppendMessages command, DecisionContext context)
    {
        var folder = Target(state, command.Folder);
        if (command.Messages.IsEmpty)
            return MailboxDecision.Nothing(new AppendResult(folder.Id, folder.Index.UidValidity, UidSet.Empty, default));
        RequireRoom(folder.Index, command.Messages.Length);
        foreach (var message in command.Messages)
            RequireKeywords(folder.Index, message.Keywords, context.Options);
        RequireQuota(state, folder.Name, command.Messages.Sum(static message => (long)message.Size), command.Messages.Length, command.Quota, context);

        var index = folder.Index;
        var modSeq = state.ModSeq.Next;
        var uids = UidSet.OfRange(index.UidNext, index.UidNext + (uint)(command.Messages.Length - 1));
        return Decision(
            new AppendResult(folder.Id, index.UidValidity, uids, modSeq),
            new MessagesAppended(folder.Id, index.UidNext, modSeq, context.UnixSeconds, command.Messages));
    }

    private static MailboxDecision Decide(MailboxState state, StoreFlags command, DecisionContext context)
    {
        var folder = Open(state, command.Folder);
        if (command.Operation != FlagOperation.Remove)
            RequireKeywords(folder.Index, command.Keywords, context.Options);

        // RFC 7162 §3.1.3: a message that changed later than UNCHANGEDSINCE is reported, whether this STORE would have changed it or not.
        var changed = folder.Index.WouldChange(
            command.Uids, command.Operation, command.Flags, command.Keywords, command.UnchangedSince ?? new ModSeq(long.MaxValue), out var modified);
        if (changed.IsEmpty)
            return MailboxDecision.Nothing(new StoreResult(default, UidSet.Empty, modified));
        var modSeq = state.ModSeq.Next;
        return Decision(
            new StoreResult(modSeq, changed, modified),
            new FlagsChanged(folder.Id, changed, command.Operation, command.Flags, command.Keywords, modSeq));
    }

    private static MailboxDecision Decide(MailboxState state, CopyMessages command, DecisionContext context) =>
        Transfer(state, command.Source, command.Uids, command.Target, move: false, context);

    private static MailboxDecision Decide(MailboxState state, MoveMessages command, DecisionContext context) =>
        Transfer(state, command.Source, command.Uids, command.Target, move: true, context);

    private static MailboxDecision Transfer(
        MailboxState state, FolderId sourceId, UidSet uids, FolderName targetName, bool move, DecisionContext context)
    {
        var source = Open(state, sourceId);
        var target = Target(state, targetName);
        var existing = source.Index.Existing(uids);
        if (existing.IsEmpty)
            return MailboxDecision.Nothing(new CopyResult(target.Id, target.Index.UidValidity, UidSet.Empty, UidSet.Empty, default));
        RequireRoom(target.Index, existing.UidCount);
        if (!move && context.Limits is { IsUnlimited: false })
            RequireQuota(state, target.Name, SizeOf(source.Index, existing), existing.UidCount, QuotaCheck.Strict, context);

        var first = target.Index.UidNext;
        var modSeq = state.ModSeq.Next;
        var targetUids = UidSet.OfRange(first, (uint)(first + existing.UidCount - 1));
        MailboxEvent e = move
            ? new MessagesMoved(source.Id, existing, target.Id, first, modSeq, context.UnixSeconds)
            : new MessagesCopied(source.Id, existing, target.Id, first, modSeq, context.UnixSeconds);
        return Decision(new CopyResult(target.Id, target.Index.UidValidity, existing, targetUids, modSeq), e);
    }

    private static long SizeOf(FolderIndex index, UidSet existing)
    {
        long size = 0;
        foreach (var range in existing.Ranges)
        {
            for (var position = index.LowerBound(range.First); position < index.Exists && index.UidAt(position) <= range.Last; position++)
                size += index.FactsAt(position).Size;
        }

        return size;
    }

    private static MailboxDecision Decide(MailboxState state, ExpungeMessages command)
    {
        var folder = Open(state, command.Folder);
        var uids = command.OnlyDeleted
            ? folder.Index.UidsWith(SystemFlags.Deleted)
            : folder.Index.AllUids();
        if (command.Uids is not null)
            uids = uids.Intersect(command.Uids);
        if (uids.IsEmpty)
            return MailboxDecision.Nothing(new ExpungeResult(UidSet.Empty, default));
        var modSeq = state.ModSeq.Next;
        return Decision(new ExpungeResult(uids, modSeq), new MessagesExpunged(folder.Id, uids, modSeq));
    }

    private static FolderState Target(MailboxState state, FolderName name) =>
        state.Find(name) ?? throw Refused(RefusalReason.TryCreate, $"There is no folder '{name}'.");

    /// <summary>UIDs are 32 bits and never used again (RFC 9051 §2.3.1.1); the last one is kept so that UIDNEXT can be told.</summary>
    private static void RequireRoom(FolderIndex index, long messages)
    {
        if (index.UidNext + messages >= uint.MaxValue)
            throw Refused(RefusalReason.Limit, "The folder has no UIDs left; move its messages to a new folder.");
    }

    private static void RequireKeywords(FolderIndex index, ImmutableArray<string> keywords, MailboxOptions options)
    {
        if (keywords.IsEmpty)
            return;
        var known = index.Keywords.AllKeywords;
        if (known.Count + keywords.Length <= options.KeywordsMax)
            return;
        var added = keywords.Count(keyword => !known.Contains(keyword, StringComparer.OrdinalIgnoreCase));
        if (known.Count + added > options.KeywordsMax)
            throw Refused(RefusalReason.Limit, $"A folder has at most {options.KeywordsMax} different keywords.");
    }
}
