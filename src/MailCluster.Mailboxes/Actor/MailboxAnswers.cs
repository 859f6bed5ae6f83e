using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Answers of the queries, from a state.</summary>
internal static class MailboxAnswers
{
    public static FolderList List(MailboxState state, Func<FolderState, uint> recentFrom)
    {
        var folders = ImmutableArray.CreateBuilder<FolderInfo>(state.Names.Count);
        foreach (var id in state.Names.Values)
        {
            var folder = state.Folders[id];
            folders.Add(Describe(folder, recentFrom(folder)));
        }

        return new FolderList(folders.MoveToImmutable(), [.. state.Subscriptions]);
    }

    public static FolderInfo Describe(FolderState folder, uint recentFrom)
    {
        var index = folder.Index;
        return new FolderInfo(
            folder.Id,
            folder.Name,
            folder.Use,
            index.UidValidity,
            index.UidNext,
            index.HighestModSeq,
            index.Exists,
            index.Unseen,
            index.Deleted,
            index.Exists - index.LowerBound(recentFrom),
            index.Size,
            index.DeletedSize());
    }

    public static AccountInspection Inspect(MailboxState state) => new(
        [.. state.Names.Select(entry => (entry.Key, state.Folders[entry.Value].Index))],
        [.. state.Released],
        InOrder(state));

    public static OutboxList Outbox(MailboxState state) => new(InOrder(state));

    public static MarksFound Find(MailboxState state, FindMarks query, DateTimeOffset now) =>
        new([.. query.Keys.Where(key => state.Marks.Contains(key, now))]);

    private static ImmutableArray<OutboxEntry> InOrder(MailboxState state) =>
        [.. state.Outbox.Values.OrderBy(entry => entry.QueuedAt).ThenBy(entry => entry.Id.Value)];
}
