namespace MailCluster.Mailboxes;

// Flags: what would change, and the change.
public sealed partial class FolderIndex
{
    /// <summary>Sets that no message uses are dropped when there are more than this and twice the messages: a client could fill memory with them.</summary>
    private const int KeywordSetsSlack = 64;

    /// <summary>Those of <paramref name="uids"/> that exist and whose flags the operation would change.</summary>
    public UidSet WouldChange(UidSet uids, FlagOperation operation, SystemFlags flags, IReadOnlyCollection<string> keywords) =>
        WouldChange(uids, operation, flags, keywords, new ModSeq(long.MaxValue), out _);

    /// <summary>
    /// As above, but messages whose ModSeq is greater than <paramref name="unchangedSince"/> are left alone and named in
    /// <paramref name="modified"/>, whether or not their flags would differ (RFC 7162 §3.1.3).
    /// </summary>
    public UidSet WouldChange(
        UidSet uids, FlagOperation operation, SystemFlags flags, IReadOnlyCollection<string> keywords, ModSeq unchangedSince, out UidSet modified)
    {
        var change = new KeywordChange(Keywords, operation, keywords);
        var changed = new UidSet.Builder();
        var failed = new UidSet.Builder();
        var runs = new UidRuns(this, uids);
        while (runs.MoveNext())
        {
            var chunk = _chunks[runs.Chunk];
            var hot = chunk.Hot;
            var late = chunk.MaxModSeq > unchangedSince;
            for (var row = runs.Start; row < runs.Start + runs.Count; row++)
            {
                if (late && hot.ModSeqs[row] > unchangedSince)
                    failed.Add(chunk.Cold.Uids[row]);
                else if (Combine(hot.Flags[row], operation, flags) != hot.Flags[row] || change.Changes(hot.KeywordSetAt(row)))
                    changed.Add(chunk.Cold.Uids[row]);
            }
        }

        modified = failed.Build();
        return changed.Build();
    }

    /// <summary>
    /// With the flags of those of <paramref name="uids"/> that exist changed; all of them get <paramref name="modSeq"/>, so pass only those that
    /// really change (<see cref="WouldChange(UidSet,FlagOperation,SystemFlags,IReadOnlyCollection{string})"/>). Returns this when none exists.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="modSeq"/> is below <see cref="HighestModSeq"/>.</exception>
    public FolderIndex SetFlags(
        UidSet uids, FlagOperation operation, SystemFlags flags, IReadOnlyCollection<string> keywords, ModSeq modSeq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(modSeq.Value, HighestModSeq.Value);
        var change = new KeywordChange(Keywords, operation, keywords);
        ColumnChunk[]? chunks = null;
        HotColumns? hot = null;
        var current = -1;
        int unseen = Unseen, deleted = Deleted;
        var runs = new UidRuns(this, uids);
        while (runs.MoveNext())
        {
            if (runs.Chunk != current)
            {
                chunks ??= _chunks.AsSpan().ToArray();
                Close(current);
                current = runs.Chunk;
                var before = _chunks[current];
                hot = before.Hot.Copy(before.Count, before.Capacity, before.Count, before.Hot.KeywordSets is not null);
            }

            Apply(hot!, runs.Start, runs.Count, operation, flags, ref change);
            hot!.ModSeqs.AsSpan(runs.Start, runs.Count).Fill(modSeq);
        }

        if (chunks is null)
            return this;
        Close(current);
        var after = new FolderIndex(this, chunks, _starts)
        {
            HighestModSeq = modSeq,
            Keywords = change.Sets,
            Unseen = unseen,
            Deleted = deleted,
        };
        return after.WithoutUnusedKeywords();

        void Close(int number)
        {
            if (number < 0)
                return;
            var before = _chunks[number];
            var chunk = new ColumnChunk(before.Cold, hot!, before.Count);
            unseen += chunk.Unseen - before.Unseen;
            deleted += chunk.Deleted - before.Deleted;
            chunks![number] = chunk;
        }
    }

    private static SystemFlags Combine(SystemFlags old, FlagOperation operation, SystemFlags flags) => operation switch
    {
        FlagOperation.Add => old | flags,
        FlagOperation.Remove => old & ~flags,
        _ => flags,
    };

    private static void Apply(HotColumns hot, int start, int count, FlagOperation operation, SystemFlags flags, ref KeywordChange change)
    {
        foreach (ref var old in hot.Flags.AsSpan(start, count))
            old = Combine(old, operation, flags);
        if (change.IsNothing || (hot.KeywordSets is null && change.Map(0) == 0))
            return;
        foreach (ref var set in hot.WritableKeywordSets().AsSpan(start, count))
            set = change.Map(set);
    }

    /// <summary>This index, or the same version with its keyword sets numbered anew.</summary>
    private FolderIndex WithoutUnusedKeywords()
    {
        if (Keywords.Count <= KeywordSetsSlack + 2 * Exists)
            return this;
        var fresh = KeywordSets.Empty;
        var chunks = _chunks.AsSpan().ToArray();
        for (var i = 0; i < chunks.Length; i++)
        {
            var old = chunks[i];
            if (old.Hot.KeywordSets is null)
                continue;
            var hot = old.Hot.Copy(old.Count, old.Capacity, old.Count, keywords: true);
            foreach (ref var set in hot.WritableKeywordSets().AsSpan(0, old.Count))
                fresh = fresh.Intern(Keywords[set], out set);
            chunks[i] = new ColumnChunk(old.Cold, hot, old.Count);
        }

        return new FolderIndex(this, chunks, _starts) { Keywords = fresh, Version = Version };
    }

    /// <summary>What an operation does to keyword sets, worked out once for each set it meets.</summary>
    private struct KeywordChange(KeywordSets sets, FlagOperation operation, IReadOnlyCollection<string> keywords)
    {
        private int[]? _mapped;
        private sbyte[]? _changes;

        public KeywordSets Sets { get; private set; } = sets;

        public readonly bool IsNothing => operation != FlagOperation.Replace && keywords.Count == 0;

        public int Map(int set)
        {
            if (_mapped is null || set >= _mapped.Length)
            {
                var mapped = new int[Sets.Count];
                mapped.AsSpan().Fill(-1);
                _mapped?.CopyTo(mapped, 0);
                _mapped = mapped;
            }

            ref var known = ref _mapped[set];
            if (known < 0)
                Sets = Sets.With(set, operation, keywords, out known);
            return known;
        }

        public bool Changes(int set)
        {
            if (IsNothing)
                return false;
            _changes ??= new sbyte[Sets.Count];
            ref var known = ref _changes[set];
            if (known == 0)
                known = Sets.Changes(set, operation, keywords) ? (sbyte)1 : (sbyte)-1;
            return known > 0;
        }
    }
}
