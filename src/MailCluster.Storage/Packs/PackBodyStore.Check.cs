using System.Runtime.CompilerServices;
using MailCluster.Bodies;
using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

public sealed partial class PackBodyStore
{
    private const int ChecksumBlock = 256 << 10;

    public async IAsyncEnumerable<BodyRecord> EnumerateAsync(bool verify, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var pack in _catalog.Packs.Values.OrderBy(static pack => pack.Number))
        {
            foreach (var (ordinal, entry) in PackCatalog.EntriesOf(pack))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Check(pack, ordinal, entry, verify) is { } record)
                    yield return record;
            }

            // A check of a big store shares the thread with others.
            await Task.Yield();
        }
    }

    public ValueTask<BodyCondition> VerifyAsync(BodyRef body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = new IndexEntry[1];
            if (!_catalog.TryLocate(body, out var pack, out var ordinal))
                return ValueTask.FromResult(BodyCondition.Missing);
            if (pack.TryReadEntries(ordinal, found) && IsWhole(pack, ordinal, found[0]))
                return ValueTask.FromResult(BodyCondition.Sound);
            // Not whole, unless compaction has just taken it elsewhere.
            if (_catalog.Packs.ContainsKey(pack.Number))
                return ValueTask.FromResult(BodyCondition.Corrupt);
        }
    }

    // Null for a copy that is not the one its owner reads: what a compaction that was cut off left behind.
    private BodyRecord? Check(Pack pack, uint ordinal, in IndexEntry entry, bool verify)
    {
        var here = new Location(pack.Number, ordinal);
        var released = pack.Releases.Contains(ordinal);
        if (!pack.TryReadRecordHeader(ordinal, entry, out var header, out var owner))
        {
            // Gone meanwhile, or damaged.
            return _catalog.Packs.ContainsKey(pack.Number)
                ? new BodyRecord(here.Reference, string.Empty, Guid.Empty, entry.BodyLength, released, BodyCondition.Corrupt)
                : null;
        }

        var reference = new BodyRef(header.Reference);
        if (entry.IsMoved && !(_catalog.TryLocate(reference, out var current, out var currentOrdinal) && current == pack && currentOrdinal == ordinal))
            return null;
        var condition = !verify || IsWhole(pack, ordinal, entry) ? BodyCondition.Sound : BodyCondition.Corrupt;
        return new BodyRecord(reference, owner, header.EmailId, entry.BodyLength, released, condition);
    }

    private static bool IsWhole(Pack pack, uint ordinal, in IndexEntry entry)
    {
        if (!pack.TryReadRecordHeader(ordinal, entry, out var header, out _)
            || header.BodyLength != entry.BodyLength || header.BodyChecksum != entry.BodyChecksum)
        {
            return false;
        }

        var block = new byte[Math.Min(ChecksumBlock, header.BodyLength)];
        uint checksum = 0;
        for (long done = 0; done < header.BodyLength;)
        {
            var wanted = block.AsSpan(0, (int)Math.Min(block.Length, header.BodyLength - done));
            if (!pack.TryRead(PackFileKind.Records, wanted, entry.BodyOffset + done, out var read) || read < wanted.Length)
                return false;
            checksum = Crc32C.Append(checksum, wanted);
            done += read;
        }

        return checksum == header.BodyChecksum;
    }
}
