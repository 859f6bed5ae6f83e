using System.Buffers.Binary;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// What stands before each summary in a <c>.summary</c> file and before each text in a <c>.text</c> file: checksum over all that follows,
/// ordinal, length, and the tag of the record it was computed from. The tag keeps a summary whose record was lost in a crash from being taken
/// for that of the record which got its ordinal afterwards.
/// </summary>
internal readonly record struct DerivedHeader(uint Ordinal, int Length, uint Tag)
{
    public const int Size = 16;

    public void Write(Span<byte> destination, ReadOnlySpan<byte> bytes, uint nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Tag);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Append(Crc32C.Append(nonce, destination[4..Size]), bytes));
    }

    /// <summary>Reads the header without its checksum. False when too little is there, or the length cannot be.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DerivedHeader header)
    {
        header = default;
        if (bytes.Length < Size)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > int.MaxValue)
            return false;
        header = new DerivedHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), (int)length, BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return true;
    }

    /// <summary>Whether <paramref name="entry"/>, header and bytes, is whole.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> entry, uint nonce) =>
        BinaryPrimitives.ReadUInt32LittleEndian(entry) == Crc32C.Append(nonce, entry[4..]);
}
