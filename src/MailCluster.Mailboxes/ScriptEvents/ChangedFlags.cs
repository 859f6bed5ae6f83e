using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Which flags a change of flags changed, message by message: one that had some of them already is told of the others only (RFC 6785 §4.5).</summary>
internal static class ChangedFlags
{
    private static readonly SystemFlags[] s_all = [SystemFlags.Seen, SystemFlags.Answered, SystemFlags.Flagged, SystemFlags.Deleted, SystemFlags.Draft];

    /// <param name="index">Before the change.</param>
    /// <param name="change">The change.</param>
    /// <returns>Messages of the same flags together, in the order of the first of each.</returns>
    public static List<(ImmutableArray<string> Names, UidSet Uids)> Of(FolderIndex index, FlagsChanged change)
    {
        // Messages share a few combinations of flags and keywords, so each is looked at once.
        var groups = new Dictionary<(SystemFlags Flags, int KeywordSet), UidSet.Builder>();
        var order = new List<(SystemFlags Flags, int KeywordSet)>();
        var runs = new UidRuns(index, change.Uids);
        while (runs.MoveNext())
        {
            var chunk = index.ColumnChunks[runs.Chunk];
            for (var row = runs.Start; row < runs.Start + runs.Count; row++)
            {
                var key = (chunk.Hot.Flags[row], chunk.Hot.KeywordSetAt(row));
                if (!groups.TryGetValue(key, out var uids))
                {
                    groups.Add(key, uids = new UidSet.Builder());
                    order.Add(key);
                }

                uids.Add(chunk.Cold.Uids[row]);
            }
        }

        var changed = new List<(ImmutableArray<string> Names, UidSet Uids)>();
        foreach (var key in order)
        {
            var names = Names(key.Flags, index.Keywords[key.KeywordSet], change);
            var uids = groups[key].Build();
            var at = changed.FindIndex(known => known.Names.AsSpan().SequenceEqual(names.AsSpan()));
            if (at < 0)
                changed.Add((names, uids));
            else
                changed[at] = (names, changed[at].Uids.Union(uids));
        }

        return changed;
    }

    private static ImmutableArray<string> Names(SystemFlags flags, ImmutableArray<string> keywords, FlagsChanged change)
    {
        var system = change.Operation switch
        {
            FlagOperation.Add => change.Flags & ~flags,
            FlagOperation.Remove => change.Flags & flags,
            _ => change.Flags ^ flags,
        };
        var lost = change.Operation == FlagOperation.Add ? [] : change.Operation == FlagOperation.Remove
            ? keywords.Intersect(change.Keywords, StringComparer.OrdinalIgnoreCase)
            : keywords.Except(change.Keywords, StringComparer.OrdinalIgnoreCase);
        var gained = change.Operation == FlagOperation.Remove ? [] : change.Keywords.Except(keywords, StringComparer.OrdinalIgnoreCase);
        return [.. s_all.Where(flag => (system & flag) != 0).Select(static flag => "\\" + flag), .. lost, .. gained];
    }
}
