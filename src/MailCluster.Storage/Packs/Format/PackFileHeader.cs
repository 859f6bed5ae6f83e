using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs.Format;

/// <summary>Which of a pack's files it is.</summary>
internal enum PackFileKind : ushort
{
    Records = 1,
    Index = 2,
    Summaries = 3,
    Texts = 4,
    Released = 5,
    Forwards = 6,
}

/// <summary>
/// The first bytes of every file of a pack: magic "MCPK", format version, kind, pack number, nonce, checksum.
/// </summary>
/// <remarks>
/// The nonce is a random number of the pack that seeds every checksum in its files. Whoever looks for the next whole record after damage looks into
/// message bodies too, and these are written by strangers: without the nonce no sender can make bytes that pass for a record. It also keeps
/// old contents of a reused disk block from passing for new ones.
/// </remarks>
internal readonly record struct PackFileHeader(PackFileKind Kind, uint Pack, uint Nonce)
{
    public const int Size = 24;

    private const uint Magic = 0x4B50_434D; // "MCPK"
    private const ushort Version = 1;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Pack);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], Crc32C.Of(destination[..20]));
    }

    /// <summary>Reads the header; null when it is missing or damaged.</summary>
    /// <exception cref="StorageFormatException">A newer version wrote the file.</exception>
    public static PackFileHeader? Read(SafeFileHandle file, PackFileKind kind, uint pack)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (RandomAccess.Read(file, bytes, 0) < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) != Crc32C.Of(bytes[..20]))
        {
            return null;
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version > Version)
        {
            throw new StorageFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"Pack {pack:x8} has format {version}; this program knows up to {Version}. Run the newer version that wrote it."));
        }

        var header = new PackFileHeader(
            (PackFileKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return header.Kind == kind && header.Pack == pack ? header : null;
    }
}
