using System.Collections.Immutable;

namespace MailCluster.Mailboxes.Search;

/// <summary>
/// Messages of one version of a folder, as ascending runs of positions that do not touch. Means nothing to another version.
/// </summary>
public readonly struct PositionSet
{
    private readonly ImmutableArray<PositionRun> _runs;

    private PositionSet(ImmutableArray<PositionRun> runs)
    {
        _runs = runs;
        foreach (var run in runs)
            Count += run.Count;
    }

    public static PositionSet Empty => default;

    public ImmutableArray<PositionRun> Runs => _runs.IsDefault ? [] : _runs;

    /// <summary>How many messages.</summary>
    public int Count { get; }

    public bool IsEmpty => Count == 0;

    /// <summary>All messages of <paramref name="view"/>.</summary>
    public static PositionSet All(FolderIndex view) => view.Exists == 0 ? Empty : new([new PositionRun(0, view.Exists)]);

    /// <summary>Runs in any order, which may overlap; none is empty.</summary>
    public static PositionSet FromRuns(ReadOnlySpan<PositionRun> runs)
    {
        if (runs.IsEmpty)
            return Empty;
        if (runs.Length == 1)
            return new([runs[0]]);
        var sorted = runs.ToArray();
        Array.Sort(sorted, static (a, b) => a.Start.CompareTo(b.Start));
        var merged = ImmutableArray.CreateBuilder<PositionRun>(sorted.Length);
        var current = sorted[0];
        foreach (var run in sorted.AsSpan(1))
        {
            if (run.Start <= current.End)
            {
                current = new PositionRun(current.Start, Math.Max(current.End, run.End) - current.Start);
                continue;
            }

            merged.Add(current);
            current = run;
        }

        merged.Add(current);
        return new(merged.DrainToImmutable());
    }

    /// <summary>Runs that ascend and do not touch.</summary>
    internal static PositionSet FromSorted(ImmutableArray<PositionRun> runs) => new(runs);

    /// <summary>Those of <paramref name="uids"/> that are in <paramref name="view"/>.</summary>
    public static PositionSet OfUids(FolderIndex view, UidSet uids)
    {
        var runs = ImmutableArray.CreateBuilder<PositionRun>();
        foreach (var range in uids.Ranges)
        {
            var start = view.LowerBound(range.First);
            var end = range.Last == uint.MaxValue ? view.Exists : view.LowerBound(range.Last + 1);
            if (end <= start)
                continue;
            if (runs.Count > 0 && runs[^1].End == start)
                runs[^1] = new PositionRun(runs[^1].Start, end - runs[^1].Start);
            else
                runs.Add(new PositionRun(start, end - start));
        }

        return new(runs.DrainToImmutable());
    }

    /// <summary>The messages that are in both sets.</summary>
    public PositionSet Intersect(PositionSet other)
    {
        var both = ImmutableArray.CreateBuilder<PositionRun>();
        var (mine, theirs) = (Runs, other.Runs);
        for (int i = 0, j = 0; i < mine.Length && j < theirs.Length;)
        {
            var start = Math.Max(mine[i].Start, theirs[j].Start);
            var end = Math.Min(mine[i].End, theirs[j].End);
            if (start < end)
                both.Add(new PositionRun(start, end - start));
            if (mine[i].End < theirs[j].End)
                i++;
            else
                j++;
        }

        return new(both.DrainToImmutable());
    }

    /// <summary>The UIDs of the messages.</summary>
    public UidSet ToUids(FolderIndex view)
    {
        var builder = new UidSet.Builder();
        foreach (var run in Runs)
            view.AddUidsAt(run.Start, run.Count, builder);
        return builder.Build();
    }

    /// <summary>The message numbers (position + 1), in the form of a set of numbers.</summary>
    public UidSet ToSequenceNumbers()
    {
        var builder = new UidSet.Builder();
        foreach (var run in Runs)
            builder.Add(new UidRange((uint)run.Start + 1, (uint)run.End));
        return builder.Build();
    }
}
