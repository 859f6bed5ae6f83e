using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes;

public static partial class FolderIndexCodec
{
    /// <summary>The fewest bytes a row can take; a count that would need more than there is is refused before memory is taken for it.</summary>
    private const int RowBytesMin = 7;

    /// <summary>Reads the index of all its parts, keyed by suffix; parts that the main part does not name are ignored.</summary>
    /// <exception cref="InvalidDataException">A part is missing, damaged, or of a format this version does not know.</exception>
    public static FolderIndex Read(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        try
        {
            return ReadParts(parts);
        }
        catch (ArgumentException e)
        {
            // The index checks what it is built from, with exceptions of its own.
            throw new InvalidDataException("A folder snapshot is damaged: " + e.Message, e);
        }
    }

    private static FolderIndex ReadParts(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var reader = Open(parts, "");
        var id = new FolderId(new Guid(reader.Bytes(16), bigEndian: true));
        var uidValidity = reader.UInt32();
        var uidNext = reader.UInt32();
        var highest = new ModSeq(reader.Int64());
        var created = new ModSeq(reader.Int64());
        var version = reader.Int64();
        var keywords = ReadKeywords(ref reader);
        var vanished = ReadVanished(ref reader);
        var exists = reader.UInt32();
        var bucketCount = reader.Count(bytesEach: 2);
        if (uidNext == 0)
            throw new InvalidDataException("A folder snapshot has UIDNEXT 0.");
        var index = FolderIndex.Create(id, uidValidity, created).WithKeywords(keywords);
        var rows = new List<MessageRow>();
        uint number = 0;
        for (var i = 0; i < bucketCount; i++)
        {
            var delta = reader.UInt32();
            if ((i > 0 && delta == 0) || (ulong)number + delta > uint.MaxValue >> BucketUidBits)
                throw new InvalidDataException("A folder snapshot's buckets are not in order.");
            number += delta;
            var count = reader.UInt32();
            var part = Open(parts, BucketSuffix(number));
            ReadRows(ref part, count, rows);
            part.ExpectEnd();
            if (rows.Count > 0 && (rows[^1].Uid >> BucketUidBits != number || rows[^(int)count].Uid >> BucketUidBits != number))
                throw new InvalidDataException("A folder snapshot's bucket holds a message of another.");
        }

        if (bucketCount == 0)
            ReadRows(ref reader, exists, rows);
        reader.ExpectEnd();
        if (rows.Count != exists)
            throw new InvalidDataException($"A folder snapshot names {exists} messages and has {rows.Count}.");
        return FolderIndex.Restore(index, rows.ToArray(), uidNext, highest, vanished, version);
    }

    private static Reader Open(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, string suffix)
    {
        if (!parts.TryGetValue(suffix, out var bytes))
            throw new InvalidDataException($"A folder snapshot lacks its part '{suffix}'.");
        var reader = new Reader(bytes.Span);
        var version = reader.Byte();
        if (version != FormatVersion)
            throw new InvalidDataException($"A folder snapshot has format {version}; this version reads {FormatVersion}.");
        return reader;
    }

    private static KeywordSets ReadKeywords(ref Reader reader)
    {
        var keywords = new string[reader.Count(bytesEach: 1)];
        for (var i = 0; i < keywords.Length; i++)
            keywords[i] = reader.Text();
        if (keywords.Distinct(StringComparer.OrdinalIgnoreCase).Count() != keywords.Length)
            throw new InvalidDataException("A keyword comes twice.");
        var sets = new int[reader.Count(bytesEach: 1)][];
        for (var i = 0; i < sets.Length; i++)
        {
            sets[i] = new int[reader.Count(bytesEach: 1)];
            foreach (ref var member in sets[i].AsSpan())
            {
                member = (int)reader.UInt32();
                if ((uint)member >= (uint)keywords.Length)
                    throw new InvalidDataException("A keyword set names a keyword that is not there.");
            }
        }

        return KeywordSets.Restore(keywords, sets);
    }

    private static VanishedHistory ReadVanished(ref Reader reader)
    {
        var floor = reader.Int64();
        var entries = new VanishedEntry[reader.Count(bytesEach: 4)];
        var modSeq = floor;
        foreach (ref var entry in entries.AsSpan())
        {
            modSeq = checked((long)Math.Min((ulong)modSeq + (ulong)reader.Int64(), long.MaxValue));
            var uids = new UidSet.Builder();
            ulong last = 0;
            for (var ranges = reader.Count(bytesEach: 2); ranges > 0; ranges--)
            {
                var first = last + reader.UInt32();
                last = first + reader.UInt32();
                if (last > uint.MaxValue)
                    throw new InvalidDataException("A UID of the expunge history is out of range.");
                uids.Add(new UidRange((uint)first, (uint)last));
            }

            entry = new VanishedEntry(new ModSeq(modSeq), uids.Build());
        }

        return VanishedHistory.Restore([.. entries], new ModSeq(floor));
    }

    private static void ReadRows(ref Reader reader, uint count, List<MessageRow> rows)
    {
        if (count > (uint)(reader.Remaining / RowBytesMin))
            throw new InvalidDataException($"A folder snapshot is too short for {count} messages.");
        rows.EnsureCapacity(rows.Count + (int)count);
        var context = default(RowContext);
        Span<byte> id = stackalloc byte[16];
        for (var i = 0; i < count; i++)
        {
            var uid = (ulong)context.Uid + reader.UInt32() + 1;
            if (uid > uint.MaxValue)
                throw new InvalidDataException("A UID is out of range.");
            var mark = reader.Byte();
            var keywordSet = (mark & KeywordMark) != 0 ? reader.UInt32() : 0;
            context.Uid = (uint)uid;
            context.ModSeq += reader.Signed();
            context.Date += reader.Signed();
            if ((mark & ZoneMark) != 0)
                context.Zone = (long)reader.UInt32() & ZoneMask;
            var saveDate = (mark & SaveDateMark) != 0 ? context.Date + reader.Signed() : context.Date;
            var size = reader.UInt32();
            var prefix = reader.Byte();
            if (prefix > 16 || context.ModSeq < 0 || saveDate is < 0 or > uint.MaxValue || keywordSet > int.MaxValue)
                throw new InvalidDataException("A message's row is damaged.");
            BinaryPrimitives.WriteUInt128BigEndian(id, context.EmailId);
            reader.Bytes(16 - prefix).CopyTo(id[prefix..]);
            context.EmailId = BinaryPrimitives.ReadUInt128BigEndian(id);
            context.Body += (ulong)reader.Signed();
            rows.Add(new MessageRow(
                (uint)uid, (SystemFlags)(mark & 31), (int)keywordSet, new ModSeq(context.ModSeq), DateOf(context.Date, context.Zone),
                (uint)saveDate, size, new EmailId(new Guid(id, bigEndian: true)), new Bodies.BodyRef(context.Body)));
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public readonly int Remaining => _bytes.Length - _at;

        public byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw Short();

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > Remaining)
                throw Short();
            _at += count;
            return _bytes.Slice(_at - count, count);
        }

        public ulong Number()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var b = Byte();
                if (shift == 63 && b > 1)
                    throw new InvalidDataException("A number of a folder snapshot is out of range.");
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80)
                    return value;
            }
        }

        public long Int64() => (long)Number() is var value and >= 0 ? value : throw new InvalidDataException("A number is out of range.");

        public long Signed() => Number() is var value ? (long)(value >> 1) ^ -(long)(value & 1) : 0;

        public uint UInt32() => Number() is var value and <= uint.MaxValue ? (uint)value : throw new InvalidDataException("A number is out of range.");

        /// <summary>A count of things that take at least <paramref name="bytesEach"/> bytes each.</summary>
        public int Count(int bytesEach) => Number() is var count && count <= (ulong)(Remaining / bytesEach) ? (int)count : throw Short();

        public string Text() => Encoding.UTF8.GetString(Bytes(Count(bytesEach: 1)));

        public readonly void ExpectEnd()
        {
            if (Remaining != 0)
                throw new InvalidDataException("A folder snapshot is longer than it should be.");
        }

        private static InvalidDataException Short() => new("A folder snapshot ends too early.");
    }
}
