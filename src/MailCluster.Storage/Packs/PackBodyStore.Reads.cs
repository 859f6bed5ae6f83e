using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

// Reads are synchronous: from the page cache a pread of 4 KB takes 1.5 µs, and an asynchronous one, which is another thread's pread, 7 µs.
public sealed partial class PackBodyStore
{
    // A batch takes neighbours of one pack together. Between two records that are wanted lie those of other accounts, which are read over
    // when the gap is smaller than what another system call costs.
    private const int GapMax = 8 << 10;
    private const int BlockMax = 256 << 10;
    private const int OrdinalGapMax = 64;
    private const int OrdinalsMax = 4_096;

    public ValueTask GetSummariesAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken)
    {
        ReadDerived(bodies.Span, summaries.Span, PackFileKind.Summaries, blocks: null, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask GetSummariesAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, ReadBlocks blocks, CancellationToken cancellationToken)
    {
        ReadDerived(bodies.Span, summaries.Span, PackFileKind.Summaries, blocks, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken)
    {
        ReadDerived(bodies.Span, texts.Span, PackFileKind.Texts, blocks: null, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask GetTextsAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, ReadBlocks blocks, CancellationToken cancellationToken)
    {
        ReadDerived(bodies.Span, texts.Span, PackFileKind.Texts, blocks, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken)
    {
        _ = Find(body, out var entry);
        return ValueTask.FromResult((long)entry.BodyLength);
    }

    public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        while (true)
        {
            var pack = Find(body, out var entry);
            if (offset >= entry.BodyLength || destination.IsEmpty)
                return ValueTask.FromResult(0);
            var wanted = destination.Span[..(int)Math.Min(destination.Length, entry.BodyLength - offset)];
            int read;
            try
            {
                if (!pack.TryRead(PackFileKind.Records, wanted, entry.BodyOffset + offset, out read))
                {
                    ThrowIfStillThere(pack, body);
                    continue;
                }
            }
            catch (IOException e)
            {
                throw new BodyStoreUnavailableException($"Body {body} cannot be read: {e.Message}", e);
            }

            if (read < wanted.Length)
                throw new BodyCorruptException(body, "its pack ends before it");
            if (wanted.Length == entry.BodyLength && Crc32C.Of(wanted) != entry.BodyChecksum)
                throw new BodyCorruptException(body, "its checksum does not fit");
            return ValueTask.FromResult(read);
        }
    }

    // The pack and index entry of a body. A pack that compaction removes between the two look-ups is looked up again, through its forwards.
    private Pack Find(BodyRef body, out IndexEntry entry)
    {
        Span<IndexEntry> found = stackalloc IndexEntry[1];
        while (true)
        {
            if (!_catalog.TryLocate(body, out var pack, out var ordinal))
                throw new BodyMissingException(body);
            try
            {
                if (!pack.TryReadEntries(ordinal, found))
                {
                    ThrowIfStillThere(pack, body);
                    continue;
                }
            }
            catch (IOException e)
            {
                throw new BodyStoreUnavailableException($"Body {body} cannot be read: {e.Message}", e);
            }

            entry = found[0];
            if (entry.IsDamaged)
                throw new BodyCorruptException(body, "its record cannot be read");
            return pack;
        }
    }

    // Compaction takes a pack out of the catalog before it removes its files: a file that is missing from a pack in the catalog is lost.
    private void ThrowIfStillThere(Pack pack, BodyRef body)
    {
        if (_catalog.Packs.ContainsKey(pack.Number))
            throw new BodyCorruptException(body, "a file of its pack is missing");
    }

    private void ReadDerived(
        ReadOnlySpan<BodyRef> bodies, Span<ReadOnlyMemory<byte>> answers, PackFileKind kind, ReadBlocks? blocks, CancellationToken cancellationToken)
    {
        if (answers.Length < bodies.Length)
            throw new ArgumentException("There are fewer places than bodies.", nameof(answers));
        while (!bodies.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int done;
            try
            {
                done = ReadRun(bodies, answers, kind, blocks);
            }
            catch (IOException e)
            {
                throw new BodyStoreUnavailableException($"Summaries cannot be read: {e.Message}", e);
            }

            bodies = bodies[done..];
            answers = answers[done..];
        }
    }

    // Reads the first bodies that lie in one pack, in the order in which they lie there, and returns how many; 0 when the pack went away meanwhile.
    // Messages that came over several connections, or in one pipelined upload, are in the folder in another order than in the pack.
    private int ReadRun(ReadOnlySpan<BodyRef> bodies, Span<ReadOnlyMemory<byte>> answers, PackFileKind kind, ReadBlocks? blocks)
    {
        if (!_catalog.TryLocate(bodies[0], out var pack, out var first))
            throw new BodyMissingException(bodies[0]);
        var places = ArrayPool<Place>.Shared.Rent(Math.Min(bodies.Length, OrdinalsMax));
        try
        {
            places[0] = new Place(first, 0);
            var count = 1;
            var isAscending = true;
            while (count < bodies.Length && count < OrdinalsMax && _catalog.TryLocate(bodies[count], out var next, out var ordinal) && next == pack)
            {
                isAscending &= ordinal > places[count - 1].Ordinal;
                places[count] = new Place(ordinal, count);
                count++;
            }

            if (!isAscending)
                places.AsSpan(0, count).Sort(static (a, b) => a.Ordinal.CompareTo(b.Ordinal));
            for (var done = 0; done < count;)
            {
                var neighbours = Neighbours(places.AsSpan(done, count - done));
                if (!TryReadNeighbours(pack, kind, places.AsSpan(done, neighbours), answers, blocks))
                {
                    if (!_catalog.Packs.ContainsKey(pack.Number))
                        return 0;
                    // The file is lost, not moved: its contents are made again from the bodies.
                    foreach (var place in places.AsSpan(done, neighbours))
                        answers[place.Item] = default;
                }

                done += neighbours;
            }

            return count;
        }
        finally
        {
            ArrayPool<Place>.Shared.Return(places);
        }
    }

    // How many of these, from the first on, lie so near to each other that their index entries are read together.
    private static int Neighbours(ReadOnlySpan<Place> places)
    {
        var count = 1;
        while (count < places.Length
               && places[count].Ordinal - places[count - 1].Ordinal <= OrdinalGapMax && places[count].Ordinal - places[0].Ordinal < OrdinalsMax)
        {
            count++;
        }

        return count;
    }

    private static bool TryReadNeighbours(
        Pack pack, PackFileKind kind, ReadOnlySpan<Place> places, Span<ReadOnlyMemory<byte>> answers, ReadBlocks? blocks)
    {
        var span = (int)(places[^1].Ordinal - places[0].Ordinal) + 1;
        var entries = ArrayPool<IndexEntry>.Shared.Rent(span);
        try
        {
            return pack.TryReadEntries(places[0].Ordinal, entries.AsSpan(0, span)) && CopyDerived(pack, kind, places, entries, answers, blocks);
        }
        finally
        {
            ArrayPool<IndexEntry>.Shared.Return(entries);
        }
    }

    private static bool CopyDerived(
        Pack pack, PackFileKind kind, ReadOnlySpan<Place> places, IndexEntry[] entries, Span<ReadOnlyMemory<byte>> answers, ReadBlocks? blocks)
    {
        using var passing = blocks is null ? new ReadBlocks() : null;
        var start = 0;
        while (start < places.Length)
        {
            var (from, to) = Range(entries[places[start].Ordinal - places[0].Ordinal], kind);
            if (from == to)
            {
                answers[places[start++].Item] = default;
                continue;
            }

            var end = start + 1;
            for (; end < places.Length; end++)
            {
                var (nextFrom, nextTo) = Range(entries[places[end].Ordinal - places[0].Ordinal], kind);
                if (nextFrom == nextTo || places[end].Ordinal == places[end - 1].Ordinal)
                    continue;
                if (nextFrom < to || nextFrom - to > GapMax || nextTo - from > BlockMax)
                    break;
                to = nextTo;
            }

            var block = (blocks ?? passing!).Take(checked((int)(to - from)));
            if (!pack.TryRead(kind, block.Span, from, out var read))
                return false;
            for (; start < end; start++)
            {
                var (entryFrom, entryTo) = Range(entries[places[start].Ordinal - places[0].Ordinal], kind);
                var answer = entryTo > entryFrom && entryTo - from <= read
                    ? Take(block.Slice((int)(entryFrom - from), (int)(entryTo - entryFrom)), places[start].Ordinal, pack.Nonce)
                    : default;
                answers[places[start].Item] = blocks is null ? answer.ToArray() : answer;
            }
        }

        return true;
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> entry, uint ordinal, uint nonce) =>
        !entry.IsEmpty && DerivedHeader.TryRead(entry.Span, out var header) && header.Ordinal == ordinal
        && header.Length == entry.Length - DerivedHeader.Size && DerivedHeader.IsWhole(entry.Span, nonce)
            ? entry[DerivedHeader.Size..]
            : default;

    // Where an entry lies, its header included; an empty range when there is none.
    private static (long From, long To) Range(in IndexEntry entry, PackFileKind kind)
    {
        var (offset, length) = kind == PackFileKind.Texts ? (entry.TextOffset, entry.TextLength) : (entry.SummaryOffset, entry.SummaryLength);
        return length == 0 || entry.IsDamaged ? (0, 0) : (offset, (long)offset + DerivedHeader.Size + length);
    }

    // Where one of the bodies asked for lies in its pack.
    private readonly record struct Place(uint Ordinal, int Item);
}
