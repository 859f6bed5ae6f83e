using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MailCluster.Mailboxes;

public static partial class FolderIndexCodec
{
    /// <summary>
    /// The parts in which <paramref name="index"/> differs from <paramref name="previous"/>, the version that the last snapshot holds; all parts when that is
    /// null. Empty when they are the same version.
    /// </summary>
    public static FolderSnapshotChange Write(FolderIndex index, FolderIndex? previous)
    {
        if (ReferenceEquals(index, previous))
            return FolderSnapshotChange.None;
        var buckets = BucketsOf(index);
        var old = previous is null ? [] : BucketsOf(previous);
        var changed = new List<FolderSnapshotPart> { new("", WriteMain(index, buckets)) };
        var oldByNumber = old.ToDictionary(bucket => bucket.Number);
        foreach (var bucket in buckets)
        {
            if (oldByNumber.Remove(bucket.Number, out var before) && SameRows(index, bucket, previous!, before))
                continue;
            var writer = new Writer(bucket.Rows * 28 + 16);
            writer.Byte(FormatVersion);
            WriteRows(ref writer, index, bucket.Position, bucket.Rows);
            changed.Add(new FolderSnapshotPart(BucketSuffix(bucket.Number), writer.Written));
        }

        return new FolderSnapshotChange(changed, [.. oldByNumber.Keys.Order().Select(BucketSuffix)]);
    }

    /// <summary>The suffixes of all parts that a snapshot of <paramref name="index"/> has.</summary>
    public static IEnumerable<string> PartsOf(FolderIndex index) =>
        BucketsOf(index).Select(bucket => BucketSuffix(bucket.Number)).Prepend("");

    private static List<Bucket> BucketsOf(FolderIndex index)
    {
        var buckets = new List<Bucket>();
        for (var position = 0; index.Exists > SmallRowsMax && position < index.Exists;)
        {
            var number = index.UidAt(position) >> BucketUidBits;
            var end = index.LowerBound((number + 1) << BucketUidBits);
            if (end <= position)
                end = index.Exists; // the last bucket: the bound overflowed
            buckets.Add(new Bucket(number, position, end - position));
            position = end;
        }

        return buckets;
    }

    /// <summary>True when the same chunks hold the rows of both. May say false for rows that are the same: then they are written once more.</summary>
    private static bool SameRows(FolderIndex index, Bucket bucket, FolderIndex previous, Bucket before)
    {
        if (bucket.Rows != before.Rows || !index.Keywords.NumbersAgreeWith(previous.Keywords))
            return false;
        var olds = previous.ChunksFrom(before.Position);
        var offset = before.Position - bucket.Position;
        foreach (var chunk in index.ChunksFrom(bucket.Position))
        {
            if (chunk.FirstPosition >= bucket.Position + bucket.Rows)
                break;
            if (!olds.MoveNext() || !olds.Current.SharesRowsWith(chunk) || olds.Current.FirstPosition - chunk.FirstPosition != offset)
                return false;
        }

        return true;
    }

    private static ReadOnlyMemory<byte> WriteMain(FolderIndex index, List<Bucket> buckets)
    {
        var writer = new Writer(buckets.Count == 0 ? 128 + index.Exists * 28 : 256);
        writer.Byte(FormatVersion);
        writer.Guid(index.Id.Value);
        writer.Number(index.UidValidity);
        writer.Number(index.UidNext);
        writer.Number((ulong)index.HighestModSeq.Value);
        writer.Number((ulong)index.CreatedModSeq.Value);
        writer.Number((ulong)index.Version);
        WriteKeywords(ref writer, index.Keywords);
        WriteVanished(ref writer, index.Vanished);
        writer.Number((uint)index.Exists);
        writer.Number((uint)buckets.Count);
        uint last = 0;
        foreach (var bucket in buckets)
        {
            writer.Number(bucket.Number - last);
            writer.Number((uint)bucket.Rows);
            last = bucket.Number;
        }

        if (buckets.Count == 0)
            WriteRows(ref writer, index, 0, index.Exists);
        return writer.Written;
    }

    private static void WriteKeywords(ref Writer writer, KeywordSets keywords)
    {
        var numbers = new Dictionary<string, uint>(StringComparer.OrdinalIgnoreCase);
        writer.Number((uint)keywords.AllKeywords.Count);
        foreach (var keyword in keywords.AllKeywords)
        {
            numbers.Add(keyword, (uint)numbers.Count);
            writer.Text(keyword);
        }

        writer.Number((uint)keywords.Count - 1);
        for (var set = 1; set < keywords.Count; set++)
        {
            writer.Number((uint)keywords[set].Length);
            foreach (var keyword in keywords[set])
                writer.Number(numbers[keyword]);
        }
    }

    private static void WriteVanished(ref Writer writer, VanishedHistory vanished)
    {
        writer.Number((ulong)vanished.FloorModSeq.Value);
        writer.Number((uint)vanished.Entries.Length);
        var modSeq = vanished.FloorModSeq.Value;
        foreach (var entry in vanished.Entries)
        {
            writer.Number((ulong)(entry.ModSeq.Value - modSeq));
            modSeq = entry.ModSeq.Value;
            writer.Number((uint)entry.Uids.Count);
            uint uid = 0;
            foreach (var range in entry.Uids.Ranges)
            {
                writer.Number(range.First - uid);
                writer.Number(range.Last - range.First);
                uid = range.Last;
            }
        }
    }

    private static void WriteRows(ref Writer writer, FolderIndex index, int position, int rows)
    {
        var context = default(RowContext);
        foreach (var chunk in index.ChunksFrom(position))
        {
            if (chunk.FirstPosition >= position + rows)
                break;
            var from = Math.Max(0, position - chunk.FirstPosition);
            var to = Math.Min(chunk.Count, position + rows - chunk.FirstPosition);
            for (var row = from; row < to; row++)
                WriteRow(ref writer, chunk[row], ref context);
        }
    }

    private static void WriteRow(ref Writer writer, in MessageRow row, ref RowContext context)
    {
        var zone = row.InternalDate.Packed & ZoneMask;
        var seconds = row.InternalDate.UnixSeconds;
        var mark = (int)row.Flags;
        mark |= row.KeywordSet != 0 ? KeywordMark : 0;
        mark |= row.SaveDate != seconds ? SaveDateMark : 0;
        mark |= zone != context.Zone ? ZoneMark : 0;
        writer.Number(row.Uid - context.Uid - 1);
        writer.Byte((byte)mark);
        if (row.KeywordSet != 0)
            writer.Number((uint)row.KeywordSet);
        writer.Signed(row.ModSeq.Value - context.ModSeq);
        writer.Signed(seconds - context.Date);
        if (zone != context.Zone)
            writer.Number((ulong)zone);
        if (row.SaveDate != seconds)
            writer.Signed(row.SaveDate - seconds);
        writer.Number(row.Size);
        Span<byte> id = stackalloc byte[16];
        row.EmailId.Value.TryWriteBytes(id, bigEndian: true, out _);
        var emailId = BinaryPrimitives.ReadUInt128BigEndian(id);
        var prefix = (int)UInt128.LeadingZeroCount(emailId ^ context.EmailId) / 8;
        writer.Byte((byte)prefix);
        writer.Bytes(id[prefix..]);
        writer.Signed((long)(row.Body.Value - context.Body));
        context = new RowContext
        {
            Uid = row.Uid,
            ModSeq = row.ModSeq.Value,
            Date = seconds,
            Zone = zone,
            Body = row.Body.Value,
            EmailId = emailId,
        };
    }

    private readonly record struct Bucket(uint Number, int Position, int Rows);

    private struct Writer(int capacity)
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(capacity);

        public readonly ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

        public readonly void Byte(byte value)
        {
            _buffer.GetSpan(1)[0] = value;
            _buffer.Advance(1);
        }

        public readonly void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);

        public readonly void Number(ulong value)
        {
            var span = _buffer.GetSpan(10);
            var at = 0;
            for (; value >= 0x80; value >>= 7)
                span[at++] = (byte)(value | 0x80);
            span[at++] = (byte)value;
            _buffer.Advance(at);
        }

        public readonly void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

        public readonly void Guid(Guid value)
        {
            value.TryWriteBytes(_buffer.GetSpan(16), bigEndian: true, out _);
            _buffer.Advance(16);
        }

        public readonly void Text(string value)
        {
            Number((uint)Encoding.UTF8.GetByteCount(value));
            Encoding.UTF8.GetBytes(value, _buffer);
        }
    }
}
