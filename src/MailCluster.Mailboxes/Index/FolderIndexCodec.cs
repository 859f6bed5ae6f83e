namespace MailCluster.Mailboxes;

// The snapshot form of a folder index.
//
// A folder has one main part (suffix "") with everything but the rows; a small folder's rows are in it too. A big folder's rows lie in bucket
// parts, one for each stretch of 4,096 UIDs that holds a message (suffix "." and the bucket's number, UID / 4096, as eight hex digits), so that
// a new message or a flag rewrites some 100 KB and not the folder. A bucket is written again when any chunk that reaches into it is another
// object than in the index snapshotted last; the actor keeps that index (after recovery: the one read from the parts).
//
// Main part, all numbers varints (zigzag where they may be negative):
//   version byte 1 | folder id 16 | uidvalidity uidnext highest created version
//   keywords: count, each length + UTF-8 | sets but the empty one: count, each count + keyword numbers
//   vanished: floor, entries: count, each modseq delta, ranges: count, each first delta + length − 1
//   rows: total | bucket count | each bucket: number delta, rows in it | rows, when there are no buckets
// Bucket part: version byte 1 | rows.
// Row: uid delta − 1 | flags byte (5 system flags; 32: keyword set follows; 64: save date follows; 128: zone follows) | keyword set |
//   modseq delta | date delta, seconds | zone, the low bits of InternalDate.Packed | save date − date, seconds | size |
//   email id: one byte of common prefix with the row before, the rest | body delta
// Deltas are to the row before in the same part, so that each part can be read alone. About 22 bytes a message.

/// <summary>One part of a folder's snapshot; <paramref name="Suffix"/> is empty for the main part and is appended to the folder's part name.</summary>
public readonly record struct FolderSnapshotPart(string Suffix, ReadOnlyMemory<byte> Bytes);

/// <summary>What a new snapshot of a folder writes and drops; all other parts stay.</summary>
public sealed record FolderSnapshotChange(IReadOnlyList<FolderSnapshotPart> Changed, IReadOnlyList<string> Removed)
{
    public static FolderSnapshotChange None { get; } = new([], []);
}

/// <summary>Writes and reads the snapshot form of a <see cref="FolderIndex"/>.</summary>
public static partial class FolderIndexCodec
{
    private const byte FormatVersion = 1;
    private const int BucketUidBits = 12;

    /// <summary>A folder with at most this many messages is one part.</summary>
    private const int SmallRowsMax = 1024;

    private const int KeywordMark = 32;
    private const int SaveDateMark = 64;
    private const int ZoneMark = 128;
    private const long ZoneMask = (1 << 12) - 1;

    private static string BucketSuffix(uint bucket) => "." + bucket.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    private static InternalDate DateOf(long seconds, long zone) => InternalDate.FromPacked((seconds << 12) | zone);

    /// <summary>What the deltas of the next row refer to.</summary>
    private struct RowContext
    {
        public uint Uid;
        public long ModSeq;
        public long Date;
        public long Zone;
        public ulong Body;
        public UInt128 EmailId;
    }
}
