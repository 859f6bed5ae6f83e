namespace MailCluster.Mailboxes.Search;

/// <summary>Keys answered by columns of the index, chunk by chunk.</summary>
internal static class IndexScans
{
    private const long SecondsADay = 24 * 60 * 60;

    private static readonly int UnixDayNumber = new DateOnly(1970, 1, 1).DayNumber;

    public static IndexNode All() => new(static (view, matches) => matches.SetRange(0, view.Exists));

    public static IndexNode None() => new(static (_, _) => { });

    public static IndexNode Flag(SystemFlags flag) => new((view, matches) =>
    {
        foreach (var chunk in view.Chunks)
        {
            // The counts that a chunk keeps spare most of a folder.
            if ((flag == SystemFlags.Deleted && chunk.Deleted == 0) || (flag == SystemFlags.Seen && chunk.Unseen == chunk.Count))
                continue;
            if (flag == SystemFlags.Seen && chunk.Unseen == 0)
            {
                matches.SetRange(chunk.FirstPosition, chunk.Count);
                continue;
            }

            var flags = chunk.Flags;
            for (var row = 0; row < flags.Length; row++)
            {
                if ((flags[row] & flag) != 0)
                    matches.Set(chunk.FirstPosition + row);
            }
        }
    });

    public static IndexNode Keyword(string keyword) => new((view, matches) =>
    {
        var sets = new bool[view.Keywords.Count];
        for (var set = 0; set < sets.Length; set++)
            sets[set] = view.Keywords.Contains(set, keyword);
        if (!sets.Contains(true))
            return;
        foreach (var chunk in view.Chunks)
        {
            if (!chunk.HasKeywords)
                continue;
            var keywords = chunk.KeywordSets;
            for (var row = 0; row < keywords.Length; row++)
            {
                if (sets[keywords[row]])
                    matches.Set(chunk.FirstPosition + row);
            }
        }
    });

    public static IndexNode Uids(UidSet uids) => new((view, matches) =>
    {
        foreach (var run in PositionSet.OfUids(view, uids).Runs)
            matches.SetRange(run.Start, run.Count);
    });

    /// <summary>A sequence set. Numbers that do not exist match nothing: a search for them is no mistake.</summary>
    public static IndexNode Messages(SequenceSet set, bool uid, UidSet saved) => new((view, matches) =>
    {
        if (uid || set.IsSaved)
        {
            set.TryResolve(view, uid: true, saved, out var positions);
            foreach (var run in positions.Runs)
                matches.SetRange(run.Start, run.Count);
            return;
        }

        if (view.Exists == 0)
            return;
        foreach (var range in set.ToUidSet((uint)view.Exists).Ranges)
        {
            var last = Math.Min(range.Last, (uint)view.Exists);
            if (range.First <= last)
                matches.SetRange((int)range.First - 1, (int)(last - range.First) + 1);
        }
    });

    public static IndexNode Size(long bytes, bool larger) =>
        Facts((in MessageFacts facts) => larger ? facts.Size > bytes : facts.Size < bytes);

    public static IndexNode InternalDate(DateRelation relation, DateOnly day) => Facts((in MessageFacts facts) =>
        Holds(relation, DayOf(facts.InternalDate.UnixSeconds + (long)facts.InternalDate.Offset.TotalSeconds), day.DayNumber));

    public static IndexNode SaveDate(DateRelation relation, DateOnly day) =>
        Facts((in MessageFacts facts) => Holds(relation, DayOf(facts.SaveDate), day.DayNumber));

    /// <summary>RFC 5032 §2: both ends count.</summary>
    public static IndexNode Within(bool younger, long targetUnixSeconds) => Facts((in MessageFacts facts) =>
        younger ? facts.InternalDate.UnixSeconds >= targetUnixSeconds : facts.InternalDate.UnixSeconds <= targetUnixSeconds);

    public static IndexNode EmailId(Guid id) => Facts((in MessageFacts facts) => facts.EmailId.Value == id);

    /// <summary>RFC 7162 §3.1.5: equal or greater.</summary>
    public static IndexNode ModSeq(ModSeq least) => new((view, matches) =>
    {
        foreach (var chunk in view.Chunks)
        {
            if (chunk.MaxModSeq < least)
                continue;
            var modSeqs = chunk.ModSeqs;
            for (var row = 0; row < modSeqs.Length; row++)
            {
                if (modSeqs[row] >= least)
                    matches.Set(chunk.FirstPosition + row);
            }
        }
    });

    public static bool Holds(DateRelation relation, int dayNumber, int target) => relation switch
    {
        DateRelation.Before => dayNumber < target,
        DateRelation.On => dayNumber == target,
        _ => dayNumber >= target,
    };

    private delegate bool FactsPredicate(in MessageFacts facts);

    private static IndexNode Facts(FactsPredicate predicate) => new((view, matches) =>
    {
        foreach (var chunk in view.Chunks)
        {
            var facts = chunk.Facts;
            for (var row = 0; row < facts.Length; row++)
            {
                if (predicate(facts[row]))
                    matches.Set(chunk.FirstPosition + row);
            }
        }
    });

    private static int DayOf(long unixSeconds) => (int)(Math.Floor((double)unixSeconds / SecondsADay) + UnixDayNumber);
}
