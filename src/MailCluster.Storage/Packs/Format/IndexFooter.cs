using System.Buffers.Binary;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// The last 40 bytes of an <c>.idx</c> file whose pack was sealed, or was active when the store was closed cleanly. It says that nothing has
/// to be scanned, as long as the lengths it names are those of the files.
/// </summary>
internal readonly record struct IndexFooter(bool IsSealed, uint Count, long RecordsLength, long SummariesLength, long TextsLength)
{
    public const int Size = IndexEntry.Size;

    private const uint Magic = 0x4649_434D; // "MCIF"

    public void Write(Span<byte> destination, uint nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], IsSealed ? 1u : 0u);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Count);
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], RecordsLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[20..], SummariesLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[28..], TextsLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], Crc32C.Append(nonce, destination[..36]));
    }

    public static IndexFooter? Read(ReadOnlySpan<byte> bytes, uint nonce)
    {
        if (bytes.Length < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]) != Crc32C.Append(nonce, bytes[..36]))
        {
            return null;
        }

        return new IndexFooter(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == 1,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[28..]));
    }
}
