using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MailCluster.Bodies;
using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

/// <summary>All packs of the store and the forwards, and with them the answer to where a body is now.</summary>
internal sealed class PackCatalog(string directory, int openPacksMax) : IDisposable
{
    private readonly Lock _eviction = new();
    private long _clock;

    public string Directory => directory;

    public ConcurrentDictionary<uint, Pack> Packs { get; } = new();

    public ConcurrentDictionary<uint, Forwards> Forwards { get; } = new();

    /// <summary>Where the body that owners call <paramref name="body"/> lies. False when nothing is there.</summary>
    public bool TryLocate(BodyRef body, [NotNullWhen(true)] out Pack? pack, out uint ordinal)
    {
        var location = Location.Of(body);
        if (!Packs.TryGetValue(location.Pack, out pack))
        {
            // The pack itself goes first: while it exists its own records are read there, moved already or not.
            if (!Forwards.TryGetValue(location.Pack, out var forwards) || forwards.Find(location.Ordinal, this) is not { } moved
                || !Packs.TryGetValue(moved.Pack, out pack))
            {
                pack = null;
                ordinal = 0;
                return false;
            }

            location = moved;
        }

        ordinal = location.Ordinal;
        Use(pack);
        return ordinal < pack.Count;
    }

    /// <summary>Where a move of <paramref name="reference"/> took it, whether or not the pack it came from is still there.</summary>
    public Location? FindForward(ulong reference)
    {
        var location = Location.Of(reference);
        return Forwards.TryGetValue(location.Pack, out var forwards) ? forwards.Find(location.Ordinal, this) : null;
    }

    /// <summary>Records moves, durable on return. <paramref name="moves"/>: the reference that owners hold, and the new place.</summary>
    public void Forward(IEnumerable<(ulong Reference, ulong Target)> moves)
    {
        foreach (var group in moves.GroupBy(static move => Location.Of(move.Reference).Pack))
        {
            var entries = group.Select(static move => KeyValuePair.Create(Location.Of(move.Reference).Ordinal, move.Target)).ToList();
            Forwards.GetOrAdd(group.Key, pack => new Forwards(directory, pack)).Append(entries, this);
        }
    }

    /// <summary>Every record that came from <paramref name="pack"/>, found by reading the headers of all moved records.</summary>
    public IEnumerable<(uint Ordinal, ulong Target)> FindMovedFrom(uint pack)
    {
        foreach (var holder in Packs.Values.OrderBy(static holder => holder.Number))
        {
            foreach (var (ordinal, entry) in EntriesOf(holder))
            {
                if (entry.IsMoved && holder.TryReadRecordHeader(ordinal, entry, out var header, out _)
                    && Location.Of(header.Reference).Pack == pack)
                {
                    yield return (Location.Of(header.Reference).Ordinal, new Location(holder.Number, ordinal).Value);
                }
            }
        }
    }

    /// <summary>The index of a pack from its first record to the last it has now; ends early when the pack goes away.</summary>
    public static IEnumerable<(uint Ordinal, IndexEntry Entry)> EntriesOf(Pack pack)
    {
        const int block = 1_024;
        var entries = ArrayPool<IndexEntry>.Shared.Rent(block);
        try
        {
            var count = pack.Count;
            for (uint first = 0; first < count; first += block)
            {
                var taken = (int)Math.Min(block, count - first);
                if (!pack.TryReadEntries(first, entries.AsSpan(0, taken)))
                    yield break;
                for (var i = 0; i < taken; i++)
                    yield return (first + (uint)i, entries[i]);
            }
        }
        finally
        {
            ArrayPool<IndexEntry>.Shared.Return(entries);
        }
    }

    // Counts a pack as used, and when it has to be opened closes those that were used longest ago.
    private void Use(Pack pack)
    {
        if (pack.HasOpenFiles)
        {
            pack.Touch(Volatile.Read(ref _clock));
            return;
        }

        pack.Touch(Interlocked.Increment(ref _clock));
        if (Packs.Count <= openPacksMax || !_eviction.TryEnter())
            return;
        try
        {
            var open = Packs.Values.Where(static candidate => candidate.HasOpenFiles).ToList();
            if (open.Count < openPacksMax)
                return;
            // An eighth at once, so that this search is rare.
            foreach (var idle in open.OrderBy(static candidate => candidate.LastUsed).Take(Math.Max(1, openPacksMax / 8)))
                idle.CloseFiles();
        }
        finally
        {
            _eviction.Exit();
        }
    }

    public void Dispose()
    {
        foreach (var pack in Packs.Values)
            pack.Dispose();
    }
}
