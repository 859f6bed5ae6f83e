using System.Buffers.Binary;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// What stands before each body in a <c>.pack</c> file. Little-endian; 56 bytes, then the owner in UTF-8, then the body.
/// </summary>
/// <remarks>
/// <code>
///  0  u32   magic "MCR1"
///  4  u32   CRC-32C of everything from byte 8 to the end of the owner, seeded with the pack's nonce; also the record's tag
///  8  u32   ordinal in the pack
/// 12  u16   length of the owner
/// 14  u16   0
/// 16  u32   length of the body
/// 20  u32   CRC-32C of the body
/// 24  u32   pack number
/// 28  u32   0
/// 32  u64   the reference that owners hold; differs from (pack, ordinal) once compaction moved the record
/// 40  16    email id
/// </code>
/// </remarks>
internal readonly record struct RecordHeader(
    uint Pack, uint Ordinal, int OwnerLength, int BodyLength, uint BodyChecksum, ulong Reference, Guid EmailId, uint Tag)
{
    public const int FixedSize = 56;

    /// <summary>Bytes of the longest owner.</summary>
    public const int OwnerLengthMax = 1_024;

    public static ReadOnlySpan<byte> Magic => "MCR1"u8;

    /// <summary>Bytes before the body.</summary>
    public int Size => FixedSize + OwnerLength;

    /// <summary>Bytes of the whole record.</summary>
    public long TotalLength => (long)Size + BodyLength;

    /// <summary>Writes header and owner, and returns the header with its tag.</summary>
    public RecordHeader Write(Span<byte> destination, ReadOnlySpan<byte> owner, uint nonce)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Ordinal);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[12..], (ushort)owner.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[14..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], (uint)BodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Pack);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Reference);
        EmailId.TryWriteBytes(destination[40..], bigEndian: true, out _);
        owner.CopyTo(destination[FixedSize..]);
        var tag = Crc32C.Append(nonce, destination[8..(FixedSize + owner.Length)]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], tag);
        return this with { Tag = tag };
    }

    /// <summary>Reads a header whose bytes, owner included, are all there. False when they are not a record of this pack.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, uint pack, uint nonce, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < FixedSize || !bytes.StartsWith(Magic))
            return false;
        var ownerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]);
        var bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        var tag = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (ownerLength > OwnerLengthMax || bytes.Length < FixedSize + ownerLength || bodyLength > int.MaxValue
            || tag != Crc32C.Append(nonce, bytes[8..(FixedSize + ownerLength)])
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) != pack)
        {
            return false;
        }

        header = new RecordHeader(
            pack,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            ownerLength,
            (int)bodyLength,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            new Guid(bytes[40..56], bigEndian: true),
            tag);
        return true;
    }
}
