using System.Runtime.InteropServices;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// One record in an <c>.idx</c> file, 40 bytes, at 24 + 40 × ordinal, with a checksum of its own: a sealed pack's index is never loaded, an entry
/// is read from the system's page cache when it is needed, and a start with millions of messages costs nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct IndexEntry
{
    public const int Size = 40;

    /// <summary>The record came here by compaction; its header tells the reference that owners hold.</summary>
    public const ushort Moved = 1;

    /// <summary>The record was there once and cannot be read any more.</summary>
    public const ushort Damaged = 2;

    public uint BodyOffset;
    public uint BodyLength;
    public uint BodyChecksum;
    public uint Tag;
    public uint SummaryOffset;
    public uint SummaryLength;
    public uint TextOffset;
    public uint TextLength;
    public ushort OwnerLength;
    public ushort Flags;
    private uint _checksum;

    public readonly bool IsMoved => (Flags & Moved) != 0;

    public readonly bool IsDamaged => (Flags & Damaged) != 0;

    /// <summary>Where the record's header begins.</summary>
    public readonly long RecordOffset => BodyOffset - OwnerLength - RecordHeader.FixedSize;

    /// <summary>Bytes of the whole record.</summary>
    public readonly long RecordLength => (long)RecordHeader.FixedSize + OwnerLength + BodyLength;

    public readonly long End => (long)BodyOffset + BodyLength;

    /// <summary>Where an entry stands in the file.</summary>
    public static long Position(uint ordinal) => PackFileHeader.Size + (long)ordinal * Size;

    public void Sign(uint nonce, uint ordinal) => _checksum = Compute(nonce, ordinal);

    public readonly bool IsSound(uint nonce, uint ordinal) => _checksum == Compute(nonce, ordinal);

    private readonly uint Compute(uint nonce, uint ordinal)
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<IndexEntry>(in this));
        return Crc32C.Append(nonce ^ (ordinal * 0x9E37_79B1u), bytes[..(Size - sizeof(uint))]);
    }
}
