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
            var index = folder.Index;
            folders.Add(new FolderInfo(
                id,
                folder.Name,
                folder.Use,
                index.UidValidity,
                index.UidNext,
                index.HighestModSeq,
                index.Exists,
                index.Unseen,
                index.Deleted,
                index.Exists - index.LowerBound(recentFrom(folder)),
                index.Size));
        }

        return new FolderList(folders.MoveToImmutable(), [.. state.Subscriptions]);
    }

    public static AccountInspection Inspect(MailboxState state) => new(
        [.. state.Names.Select(entry => (entry.Key, state.Folders[entry.Value].Index))],
        [.. state.Released]);
}
