using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MailCluster.Storage.Packs.Format;

/// <summary>
/// A small durable log of (ordinal, number) pairs beside a pack: the releases (number = ticks of the free-after time) and the forwards (number = the
/// new location). After the header 16 bytes an entry: ordinal, number, checksum. A later entry of an ordinal stands over an earlier one.
/// </summary>
internal sealed class OrdinalLog(string path, PackFileKind kind, uint pack)
{
    private const int EntrySize = 16;

    public bool Exists => File.Exists(path);

    /// <summary>Reads all whole entries in order. False when some were damaged, as the last ones may be after a power loss.</summary>
    public bool Load(Action<uint, ulong> entry)
    {
        if (!File.Exists(path))
            return true;
        byte[] bytes;
        PackFileHeader? header;
        using (var file = File.OpenHandle(path))
        {
            header = PackFileHeader.Read(file, kind, pack);
            bytes = new byte[Math.Max(0, RandomAccess.GetLength(file) - PackFileHeader.Size)];
            if (header is null || RandomAccess.Read(file, bytes, PackFileHeader.Size) < bytes.Length)
                return false;
        }

        var isWhole = bytes.Length % EntrySize == 0;
        for (var rest = bytes.AsSpan(); rest.Length >= EntrySize; rest = rest[EntrySize..])
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]) == Crc32C.Append(header.Value.Nonce, rest[..12]))
                entry(BinaryPrimitives.ReadUInt32LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[4..]));
            else
                isWhole = false;
        }

        return isWhole;
    }

    /// <summary>Adds entries; they are on stable storage on return.</summary>
    /// <exception cref="IOException">They could not be made durable; some may be there all the same.</exception>
    public void Append(IReadOnlyCollection<KeyValuePair<uint, ulong>> entries)
    {
        var isNew = !File.Exists(path);
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        if (PackFileHeader.Read(file, kind, pack) is not { } header)
        {
            header = NewHeader();
            RandomAccess.Write(file, Encode(header, entries, withHeader: true), 0);
        }
        else
        {
            // A torn entry at the end is written over.
            var whole = (RandomAccess.GetLength(file) - PackFileHeader.Size) / EntrySize;
            RandomAccess.Write(file, Encode(header, entries, withHeader: false), PackFileHeader.Size + whole * EntrySize);
        }

        DurableFile.FlushData(file);
        if (isNew)
            DurableFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Replaces the log by one that holds exactly <paramref name="entries"/>.</summary>
    public void Rewrite(IReadOnlyCollection<KeyValuePair<uint, ulong>> entries) =>
        DurableFile.Replace(path, Encode(NewHeader(), entries, withHeader: true));

    private PackFileHeader NewHeader() => new(kind, pack, (uint)RandomNumberGenerator.GetInt32(int.MaxValue));

    private static byte[] Encode(PackFileHeader header, IReadOnlyCollection<KeyValuePair<uint, ulong>> entries, bool withHeader)
    {
        var start = withHeader ? PackFileHeader.Size : 0;
        var bytes = new byte[start + entries.Count * EntrySize];
        if (withHeader)
            header.Write(bytes);
        var rest = bytes.AsSpan(start);
        foreach (var (ordinal, number) in entries)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, ordinal);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[4..], number);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[12..], Crc32C.Append(header.Nonce, rest[..12]));
            rest = rest[EntrySize..];
        }

        return bytes;
    }
}
