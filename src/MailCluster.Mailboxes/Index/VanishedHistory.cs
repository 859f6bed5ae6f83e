using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// Which UIDs were expunged and when, for QRESYNC (RFC 7162 §3.2.7). Immutable and bounded: when there are too many entries the oldest are
/// merged in pairs (a client is then told of a few UIDs again, which is harmless, RFC 7162 §3.2.10.1); when there are too many ranges the oldest
/// entries are forgotten and <see cref="FloorModSeq"/> rises.
/// </summary>
public sealed class VanishedHistory
{
    /// <summary>Entries kept before the older half is merged in pairs.</summary>
    public const int EntriesMax = 512;

    /// <summary>Ranges kept in all entries together; 8 bytes each.</summary>
    public const int RangesMax = 4096;

    private VanishedHistory(ImmutableArray<VanishedEntry> entries, int rangeCount, ModSeq floor)
    {
        Entries = entries;
        RangeCount = rangeCount;
        FloorModSeq = floor;
    }

    public static VanishedHistory Empty { get; } = new([], 0, default);

    /// <summary>In ascending order of ModSeq.</summary>
    public ImmutableArray<VanishedEntry> Entries { get; }

    /// <summary>Ranges in all entries together.</summary>
    public int RangeCount { get; }

    /// <summary>Expunges at or below this are forgotten: <see cref="Since"/> is complete only for this ModSeq or a greater one.</summary>
    public ModSeq FloorModSeq { get; }

    internal long MemoryBytes => 48 + Entries.Length * 72L + RangeCount * 8L;

    /// <summary>The UIDs expunged after <paramref name="modSeq"/>, and perhaps some expunged before. Incomplete below <see cref="FloorModSeq"/>.</summary>
    public UidSet Since(ModSeq modSeq)
    {
        var first = Entries.Length;
        while (first > 0 && Entries[first - 1].ModSeq > modSeq)
            first--;
        if (first == Entries.Length)
            return UidSet.Empty;
        if (first == Entries.Length - 1)
            return Entries[first].Uids;
        return UidSet.FromRanges(Entries.Skip(first).SelectMany(entry => entry.Uids.Ranges));
    }

    /// <exception cref="ArgumentException"><paramref name="modSeq"/> is below that of the last entry.</exception>
    public VanishedHistory Add(ModSeq modSeq, UidSet uids)
    {
        if (uids.IsEmpty)
            return this;
        var entries = Entries;
        if (entries.Length > 0 && entries[^1].ModSeq >= modSeq)
        {
            if (entries[^1].ModSeq > modSeq)
                throw new ArgumentException("Expunges come in the order of their ModSeq.", nameof(modSeq));
            uids = entries[^1].Uids.Union(uids);
            entries = entries.RemoveAt(entries.Length - 1);
        }

        return Bounded(entries.Add(new VanishedEntry(modSeq, uids)), FloorModSeq);
    }

    /// <exception cref="InvalidDataException">The entries are not in order.</exception>
    internal static VanishedHistory Restore(ImmutableArray<VanishedEntry> entries, ModSeq floor)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Uids.IsEmpty || entries[i].ModSeq <= (i == 0 ? floor : entries[i - 1].ModSeq))
                throw new InvalidDataException("The expunge history is not in order.");
        }

        return new VanishedHistory(entries, entries.Sum(entry => entry.Uids.Count), floor);
    }

    private static VanishedHistory Bounded(ImmutableArray<VanishedEntry> entries, ModSeq floor)
    {
        if (entries.Length > EntriesMax)
            entries = MergeOlderHalf(entries);
        var ranges = 0;
        foreach (var entry in entries)
            ranges += entry.Uids.Count;
        if (ranges <= RangesMax)
            return new VanishedHistory(entries, ranges, floor);

        // A quarter more than needed, so that the next expunges need not forget again.
        var forget = 0;
        while (forget < entries.Length && ranges > RangesMax * 3 / 4)
        {
            ranges -= entries[forget].Uids.Count;
            floor = entries[forget].ModSeq;
            forget++;
        }

        return new VanishedHistory(entries.RemoveRange(0, forget), ranges, floor);
    }

    private static ImmutableArray<VanishedEntry> MergeOlderHalf(ImmutableArray<VanishedEntry> entries)
    {
        var merged = ImmutableArray.CreateBuilder<VanishedEntry>(entries.Length);
        var half = entries.Length / 4 * 2;
        for (var i = 0; i < half; i += 2)
            merged.Add(entries[i + 1] with { Uids = entries[i].Uids.Union(entries[i + 1].Uids) });
        merged.AddRange(entries.AsSpan()[half..]);
        return merged.ToImmutable();
    }
}

/// <summary>The UIDs that one change expunged.</summary>
public readonly record struct VanishedEntry(ModSeq ModSeq, UidSet Uids);
