using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// Makes index entries from the files that hold the data. Used where the index is behind (a crash) or damaged.
/// </summary>
internal static class PackScanner
{
    /// <summary>
    /// Reads the records of a <c>.pack</c> file from <paramref name="offset"/> on, where the record <paramref name="entries"/>.Count is expected,
    /// and adds an entry for each. Returns where the last whole record ends: what follows is a torn write that nobody was told of.
    /// </summary>
    /// <remarks>
    /// Bytes that are no record are a torn tail only when no whole record follows. When one does, the disk damaged something in the middle: the
    /// ordinals between are marked damaged and everything after them is kept.
    /// </remarks>
    public static long ScanRecords(SafeFileHandle file, uint pack, uint nonce, long offset, List<IndexEntry> entries)
    {
        var window = new FileWindow(file);
        while (true)
        {
            var hasHeader = TryReadHeader(window, offset, pack, nonce, out var header) && header.Ordinal == entries.Count;
            if (hasHeader && HasWholeBody(window, offset, header))
            {
                entries.Add(ToEntry(header, offset, nonce));
                offset += header.TotalLength;
                continue;
            }

            if (!TryFindRecord(window, offset + 1, pack, nonce, (uint)entries.Count, out var next, out var following))
                return offset;

            // Its body is damaged, which a read will find; whose it is can still be told.
            if (hasHeader && following.Ordinal > header.Ordinal)
                entries.Add(ToEntry(header, offset, nonce));
            while (entries.Count < following.Ordinal)
            {
                var damaged = new IndexEntry { BodyOffset = (uint)offset, Flags = IndexEntry.Damaged };
                damaged.Sign(nonce, (uint)entries.Count);
                entries.Add(damaged);
            }

            offset = next;
        }
    }

    /// <summary>
    /// Reads a <c>.summary</c> or <c>.text</c> file from <paramref name="offset"/> on and tells where the entries of the records are that
    /// <paramref name="entries"/> names from <paramref name="first"/> on. Ends at the first entry that is not whole: what is lost is made again
    /// from the bodies. Returns where the last whole entry ends.
    /// </summary>
    public static long ScanDerived(
        SafeFileHandle file, uint nonce, long offset, List<IndexEntry> entries, int first, bool isText)
    {
        var window = new FileWindow(file);
        while (DerivedHeader.TryRead(window.Peek(offset, DerivedHeader.Size), out var header)
               && offset + DerivedHeader.Size + header.Length <= window.Length
               && Stored(window, offset) is { } stored
               && window.Checksum(nonce, offset + sizeof(uint), DerivedHeader.Size - sizeof(uint) + header.Length) == stored)
        {
            if (header.Ordinal >= first && header.Ordinal < entries.Count && entries[(int)header.Ordinal] is var entry && entry.Tag == header.Tag)
            {
                if (isText)
                    (entry.TextOffset, entry.TextLength) = ((uint)offset, (uint)header.Length);
                else
                    (entry.SummaryOffset, entry.SummaryLength) = ((uint)offset, (uint)header.Length);
                entry.Sign(nonce, header.Ordinal);
                entries[(int)header.Ordinal] = entry;
            }

            offset += DerivedHeader.Size + header.Length;
        }

        return offset;
    }

    /// <summary>Where the zeros begin that a file ends with; <paramref name="from"/> if it has nothing else behind that.</summary>
    public static long EndOfData(SafeFileHandle file, long from)
    {
        var block = new byte[64 << 10];
        for (var end = RandomAccess.GetLength(file); end > from;)
        {
            var begin = Math.Max(from, end - block.Length);
            var read = RandomAccess.Read(file, block.AsSpan(0, (int)(end - begin)), begin);
            if (block.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) is var last and >= 0)
                return begin + last + 1;
            end = begin;
        }

        return from;
    }

    private static uint? Stored(FileWindow window, long offset)
    {
        var bytes = window.Peek(offset, sizeof(uint));
        return bytes.Length < sizeof(uint) ? null : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static bool TryReadHeader(FileWindow window, long offset, uint pack, uint nonce, out RecordHeader header) =>
        RecordHeader.TryRead(window.Peek(offset, RecordHeader.FixedSize + RecordHeader.OwnerLengthMax), pack, nonce, out header)
        && offset + header.TotalLength <= window.Length;

    private static bool HasWholeBody(FileWindow window, long offset, in RecordHeader header) =>
        window.Checksum(0, offset + header.Size, header.BodyLength) == header.BodyChecksum;

    private static bool TryFindRecord(
        FileWindow window, long offset, uint pack, uint nonce, uint ordinalMin, out long found, out RecordHeader header)
    {
        while (true)
        {
            var bytes = window.Peek(offset, RecordHeader.FixedSize);
            if (bytes.Length < RecordHeader.FixedSize)
            {
                (found, header) = (0, default);
                return false;
            }

            var at = bytes.IndexOf(RecordHeader.Magic);
            if (at < 0)
            {
                offset += bytes.Length - (RecordHeader.Magic.Length - 1);
                continue;
            }

            found = offset + at;
            if (TryReadHeader(window, found, pack, nonce, out header) && header.Ordinal >= ordinalMin && HasWholeBody(window, found, header))
            {
                return true;
            }

            offset = found + 1;
        }
    }

    private static IndexEntry ToEntry(in RecordHeader header, long offset, uint nonce)
    {
        var entry = new IndexEntry
        {
            BodyOffset = (uint)(offset + header.Size),
            BodyLength = (uint)header.BodyLength,
            BodyChecksum = header.BodyChecksum,
            Tag = header.Tag,
            OwnerLength = (ushort)header.OwnerLength,
            Flags = header.Reference == new Location(header.Pack, header.Ordinal).Value ? (ushort)0 : IndexEntry.Moved,
        };
        entry.Sign(nonce, header.Ordinal);
        return entry;
    }
}
