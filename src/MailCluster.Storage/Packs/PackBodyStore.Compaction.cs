using MailCluster.Storage.Packs.Format;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Packs;

public sealed partial class PackBodyStore
{
    /// <summary>
    /// One pass of the compaction: sealed packs of which at least <see cref="PackOptions.GarbageRatio"/> is garbage at <paramref name="now"/> are replaced by
    /// what is still alive in them. To be called now and then; a pass that is cut off is gone on with by the next.
    /// </summary>
    /// <exception cref="Bodies.BodyStoreUnavailableException">The disk is full or failed; nothing is lost, and the next pass goes on.</exception>
    public async ValueTask<CompactionReport> CompactAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _compacting.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var report = new CompactionReport(0, 0, 0, 0);
            var highest = _catalog.Packs.IsEmpty ? 0 : _catalog.Packs.Keys.Max();
            foreach (var pack in _catalog.Packs.Values.OrderBy(static pack => pack.Number))
            {
                // The highest is the active one, or the one whose number must not be given again.
                if (pack.Number == highest)
                    break;
                var garbage = GarbageOf(pack, now);
                if (!pack.IsSealed || (pack.Nonce == 0 && pack.Length > PackFileHeader.Size) || garbage < pack.Length * _options.GarbageRatio)
                {
                    report = report with { GarbageBytes = report.GarbageBytes + garbage };
                    continue;
                }

                var freed = pack.Length;
                var moved = await new PackCompaction(_catalog, _writer, pack, _options.AtStep).RunAsync(now, cancellationToken);
                if (moved is null)
                {
                    LogNotCompacted(pack.Number);
                    continue;
                }

                LogCompacted(pack.Number, freed, moved.Value);
                report = report with
                {
                    PacksRemoved = report.PacksRemoved + 1,
                    BytesFreed = report.BytesFreed + freed,
                    BytesMoved = report.BytesMoved + moved.Value,
                };
            }

            if (report.PacksRemoved > 0)
                DropForwards();
            StorageMetrics.RecordCompaction(report.BytesFreed, report.GarbageBytes);
            return report;
        }
        finally
        {
            _compacting.Release();
        }
    }

    // Counted again only when more releases have come due since.
    private static long GarbageOf(Pack pack, DateTimeOffset now)
    {
        if (pack.Count == 0)
            return pack.Length;
        if (pack.Releases.IsEmpty)
            return 0;
        var due = pack.Releases.CountFree(now);
        if (due != pack.Garbage.Count)
        {
            long bytes = 0;
            foreach (var (ordinal, entry) in PackCatalog.EntriesOf(pack))
            {
                if (pack.Releases.IsFree(ordinal, now))
                    bytes += entry.RecordLength;
            }

            pack.Garbage = (due, due == pack.Count ? pack.Length : bytes);
        }

        return pack.Garbage.Bytes;
    }

    // Forwards of which every target is gone say nothing any more: numbers of packs are never given again.
    private void DropForwards()
    {
        foreach (var forwards in _catalog.Forwards.Values)
        {
            if (_catalog.Packs.ContainsKey(forwards.Pack) || forwards.HasTarget(_catalog) || !_catalog.Forwards.TryRemove(forwards.Pack, out _))
                continue;
            File.Delete(PackFiles.Path(_catalog.Directory, forwards.Pack, PackFileKind.Forwards));
        }
    }

    [LoggerMessage(1450, LogLevel.Information, "Pack {Pack:x8} was compacted: {Freed} bytes removed, {Moved} of them moved")]
    private partial void LogCompacted(uint pack, long freed, long moved);

    [LoggerMessage(1451, LogLevel.Warning, "Pack {Pack:x8} is not compacted, because records in it cannot be read. Run mailctl fsck")]
    private partial void LogNotCompacted(uint pack);
}

/// <summary>What one pass did.</summary>
/// <param name="PacksRemoved">Packs that are gone.</param>
/// <param name="BytesFreed">Bytes they had.</param>
/// <param name="BytesMoved">Bytes of these that live on in another pack.</param>
/// <param name="GarbageBytes">Garbage that is left, in packs with too little of it.</param>
public readonly record struct CompactionReport(int PacksRemoved, long BytesFreed, long BytesMoved, long GarbageBytes);
