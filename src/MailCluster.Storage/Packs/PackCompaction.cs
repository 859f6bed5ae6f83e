using System.Text;
using MailCluster.Storage.Packs.Format;
using MailCluster.Storage.Packs.Writes;

namespace MailCluster.Storage.Packs;

// Replaces one sealed pack V by its live records.
//
// Stages, each resumable from what is on the disk; there is no file of its own that says how far it came:
//   1. Copy and forward. In slices: records that are not garbage are appended to the active pack as any put is (one write, one fsync), each
//      with the reference its owner holds; then their new places are written to the forwards of the pack that reference names, fsynced.
//      A record that has a forward away from V was copied before and is skipped.
//   2. Carry releases. On the writer's thread, so that no release falls in between: what V.dead says about copied records is written to
//      the .dead of where they are now, fsynced. A release that came while V was being copied is in V.dead, or is already at the new place.
//   3. Switch. V leaves the catalog; from here on its references are answered through the forwards.
//   4. Remove V.pack, flush the directory, then remove V's other files. V.fwd stays.
//
// What a crash leaves:
//   - in 1 before the forwards of a slice: copies nobody reads. They are garbage of the pack that holds them, at most one slice;
//   - in 1 after them: records that are in two places with equal bytes; V's own are read in V as long as V.pack is there, and
//     releases of them go to V.dead and are carried in stage 2;
//   - in 2: the same; carrying again changes nothing;
//   - in 3 or 4 before V.pack is gone: V is in the catalog again after the start, and the next pass finds nothing to copy and goes on;
//   - in 4 after it: the start removes the files that are left of V.
//
// Readers never wait: one that holds V's files open reads on in them, one that finds them gone looks the reference up again.
internal sealed class PackCompaction(PackCatalog catalog, PackWriter writer, Pack victim, Action<PackStep>? atStep)
{
    // 1 MiB: mail that arrives meanwhile waits for no more than one such write.
    private const long SliceBytesMax = 1 << 20;
    private const int SliceRecordsMax = 256;

    private readonly List<(PutRequest Request, ulong Reference)> _slice = [];
    private long _sliceBytes;
    private long _moved;

    /// <summary>Runs all stages. Returns the bytes moved; null when a record that may be alive cannot be read, and V stays as it is.</summary>
    public async ValueTask<long?> RunAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (ordinal, entry) in PackCatalog.EntriesOf(victim))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (victim.Releases.IsFree(ordinal, now))
                continue;
            if (!victim.TryReadRecordHeader(ordinal, entry, out var header, out var owner))
                return null;
            if (!IsToBeCopied(ordinal, entry, header))
                continue;
            if (!TryAdd(ordinal, entry, header, owner))
                return null;
            if (_sliceBytes >= SliceBytesMax || _slice.Count >= SliceRecordsMax)
                await MoveSliceAsync();
        }

        await MoveSliceAsync();
        var emptied = new SwitchRequest(victim);
        await writer.AddAsync(emptied, CancellationToken.None);
        await emptied.PlainTask;
        Remove();
        return _moved;
    }

    private bool IsToBeCopied(uint ordinal, in IndexEntry entry, in RecordHeader header)
    {
        var here = new Location(victim.Number, ordinal);
        var forward = catalog.FindForward(header.Reference);
        // A moved record is alive here only if the forwards say so; one that was put here, unless they say it went on.
        return entry.IsMoved ? forward == here : forward is null;
    }

    private bool TryAdd(uint ordinal, in IndexEntry entry, in RecordHeader header, string owner)
    {
        var body = new byte[entry.BodyLength];
        if (!victim.TryRead(PackFileKind.Records, body, entry.BodyOffset, out var read) || read < body.Length
            || Crc32C.Of(body) != entry.BodyChecksum)
        {
            return false;
        }

        var request = new PutRequest(
            Encoding.UTF8.GetBytes(owner),
            header.EmailId,
            ReadDerived(ordinal, entry.SummaryOffset, entry.SummaryLength, PackFileKind.Summaries),
            ReadDerived(ordinal, entry.TextOffset, entry.TextLength, PackFileKind.Texts),
            body,
            entry.BodyChecksum,
            header.Reference);
        _slice.Add((request, header.Reference));
        _sliceBytes += entry.RecordLength;
        return true;
    }

    private ReadOnlyMemory<byte> ReadDerived(uint ordinal, uint offset, uint length, PackFileKind kind)
    {
        if (length == 0)
            return default;
        var bytes = new byte[DerivedHeader.Size + length];
        return victim.TryRead(kind, bytes, offset, out var count) && count == bytes.Length
               && DerivedHeader.TryRead(bytes, out var header) && header.Ordinal == ordinal && DerivedHeader.IsWhole(bytes, victim.Nonce)
            ? bytes.AsMemory(DerivedHeader.Size)
            : default;
    }

    // Once begun a slice is finished, so that its copies are not left as garbage.
    private async ValueTask MoveSliceAsync()
    {
        if (_slice.Count == 0)
            return;
        var answers = new List<Task<long>>(_slice.Count);
        foreach (var (request, _) in _slice)
        {
            var answer = request.Task.AsTask();
            await writer.AddAsync(request, CancellationToken.None);
            answers.Add(answer);
        }

        var places = await Task.WhenAll(answers);
        atStep?.Invoke(PackStep.CompactionCopied);
        catalog.Forward(_slice.Select((move, i) => (move.Reference, (ulong)places[i])));
        atStep?.Invoke(PackStep.CompactionForwarded);
        _moved += _sliceBytes;
        _slice.Clear();
        _sliceBytes = 0;
    }

    private void Remove()
    {
        victim.CloseFiles();
        File.Delete(victim.FilePath(PackFileKind.Records));
        DurableFile.FlushDirectory(catalog.Directory);
        atStep?.Invoke(PackStep.CompactionRecordsRemoved);
        File.Delete(victim.FilePath(PackFileKind.Index));
        File.Delete(victim.FilePath(PackFileKind.Summaries));
        File.Delete(victim.FilePath(PackFileKind.Texts));
        File.Delete(victim.FilePath(PackFileKind.Released));
        DurableFile.FlushDirectory(catalog.Directory);
        atStep?.Invoke(PackStep.CompactionDone);
    }
}
