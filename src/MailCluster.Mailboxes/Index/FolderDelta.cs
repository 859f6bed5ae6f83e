using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// All that changed in a folder after one committed version of it, as rows and UIDs: what a copy of that version needs to become the newest one.
/// </summary>
/// <remarks>
/// It needs no memory of the earlier version: every change takes a greater ModSeq, so the rows above that version's and the expunges after it are
/// the difference, as for a client that comes back with CONDSTORE and QRESYNC (RFC 7162 §3.1.4, §3.2.5). One that missed ten changes gets them as one.
/// </remarks>
/// <param name="From">The version it applies to, by its <see cref="FolderIndex.HighestModSeq"/>.</param>
/// <param name="To">The version it leads to, likewise.</param>
/// <param name="Version">The owner's <see cref="FolderIndex.Version"/> of it.</param>
/// <param name="UidNext">UIDNEXT of it.</param>
/// <param name="Keywords">What the rows' keyword sets mean; set 0 is empty.</param>
/// <param name="Changed">Messages that the earlier version has, whose flags or keywords changed; ascending.</param>
/// <param name="Appended">New messages, ascending.</param>
/// <param name="Vanished">Expunges, in order; may name UIDs that the earlier version never had.</param>
/// <param name="History">Null: <paramref name="Vanished"/> is added to the copy's own history. Else this takes its place.</param>
internal sealed record FolderDelta(
    ModSeq From,
    ModSeq To,
    long Version,
    uint UidNext,
    ImmutableArray<ImmutableArray<string>> Keywords,
    ImmutableArray<FlagRow> Changed,
    ImmutableArray<MessageRow> Appended,
    ImmutableArray<VanishedEntry> Vanished,
    VanishedHistory? History = null)
{
    /// <summary>
    /// What changed in <paramref name="index"/> after the version with <paramref name="from"/> and <paramref name="uidNext"/>; null when its history does not
    /// reach back so far. Chunks without a change are skipped.
    /// </summary>
    public static FolderDelta? Since(FolderIndex index, ModSeq from, uint uidNext)
    {
        if (from < index.Vanished.FloorModSeq || from < index.CreatedModSeq)
            return null;
        var known = index.LowerBound(uidNext);
        var changed = ImmutableArray.CreateBuilder<FlagRow>();
        foreach (var chunk in index.Chunks)
        {
            if (chunk.FirstPosition >= known)
                break;
            if (chunk.MaxModSeq <= from)
                continue;
            var modSeqs = chunk.ModSeqs;
            var sets = chunk.KeywordSets;
            for (var row = 0; row < chunk.Count && chunk.FirstPosition + row < known; row++)
            {
                if (modSeqs[row] > from)
                    changed.Add(new FlagRow(chunk.Uids[row], chunk.Flags[row], sets[row], modSeqs[row]));
            }
        }

        var entries = index.Vanished.Entries;
        var first = entries.Length;
        while (first > 0 && entries[first - 1].ModSeq > from)
            first--;
        return Build(index, from, changed, known, [.. entries.AsSpan()[first..]], null);
    }

    /// <summary>
    /// What makes <paramref name="before"/> equal to <paramref name="after"/>, a later version that shares nothing with it, such as one that was read from
    /// bytes: so that chunks that did not change stay the same objects.
    /// </summary>
    /// <exception cref="ArgumentException">These are not an older and a newer version of one folder.</exception>
    public static FolderDelta Between(FolderIndex before, FolderIndex after)
    {
        var diff = FolderDiff.Between(before, after);
        var changed = ImmutableArray.CreateBuilder<FlagRow>();
        foreach (var run in diff.Changed)
        {
            for (var position = run.Start; position < run.End; position++)
            {
                changed.Add(new FlagRow(
                    after.UidAt(position), after.FlagsAt(position), after.KeywordSetAt(position), after.ModSeqAt(position)));
            }
        }

        ImmutableArray<VanishedEntry> vanished = diff.ExpungedUids.IsEmpty ? [] : [new VanishedEntry(after.HighestModSeq, diff.ExpungedUids)];
        return Build(after, before.HighestModSeq, changed, after.Exists - diff.Appended, vanished, after.Vanished);
    }

    private static FolderDelta Build(
        FolderIndex index,
        ModSeq from,
        ImmutableArray<FlagRow>.Builder changed,
        int firstNew,
        ImmutableArray<VanishedEntry> vanished,
        VanishedHistory? history)
    {
        var keywords = new DeltaKeywords(index.Keywords);
        for (var i = 0; i < changed.Count; i++)
            changed[i] = changed[i] with { KeywordSet = keywords.NumberOf(changed[i].KeywordSet) };
        var appended = ImmutableArray.CreateBuilder<MessageRow>(index.Exists - firstNew);
        for (var position = firstNew; position < index.Exists; position++)
        {
            var row = index.RowAt(position);
            appended.Add(row with { KeywordSet = keywords.NumberOf(row.KeywordSet) });
        }

        return new FolderDelta(
            from,
            index.HighestModSeq,
            index.Version,
            index.UidNext,
            keywords.ToImmutable(),
            changed.ToImmutable(),
            appended.MoveToImmutable(),
            vanished,
            history);
    }

    /// <summary>The keyword sets that the rows of a delta use, numbered in the order in which they come.</summary>
    private struct DeltaKeywords(KeywordSets sets)
    {
        private ImmutableArray<ImmutableArray<string>>.Builder? _used;
        private Dictionary<int, int>? _numbers;

        public int NumberOf(int set)
        {
            if (set == 0)
                return 0;
            _used ??= ImmutableArray.CreateBuilder<ImmutableArray<string>>();
            _numbers ??= [];
            if (!_numbers.TryGetValue(set, out var number))
            {
                if (_used.Count == 0)
                    _used.Add([]);
                number = _used.Count;
                _used.Add(sets[set]);
                _numbers.Add(set, number);
            }

            return number;
        }

        public readonly ImmutableArray<ImmutableArray<string>> ToImmutable() => _used?.ToImmutable() ?? [[]];
    }
}

/// <summary>The flags that one message has now.</summary>
internal readonly record struct FlagRow(uint Uid, SystemFlags Flags, int KeywordSet, ModSeq ModSeq);
