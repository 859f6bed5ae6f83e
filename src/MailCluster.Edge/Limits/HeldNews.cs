using System.Buffers.Binary;

namespace MailCluster.Edge;

/// <summary>How many connections a node holds under some keys, as it tells the others.</summary>
/// <remarks>
/// On the wire: one octet, 4, which no other news begins with (<c>AbuseNewsKind</c> has the numbers before it); the node's number, 64 bits; then for each key 64 bits of
/// key and 32 of count. Little-endian. A count of zero takes the key back.
/// </remarks>
internal sealed class HeldNews(long node)
{
    private const byte Kind = 4;
    private const int HeadSize = 9;
    private const int ItemSize = 12;

    /// <summary>Keys of one piece of news: 48 KiB.</summary>
    private const int ItemsMax = 4096;

    private readonly List<(ulong Key, int Count)> _items = [];

    public bool IsFull => _items.Count >= ItemsMax;

    public void Add(ulong key, int count) => _items.Add((key, count));

    /// <summary>What was added since the last call; null if nothing was.</summary>
    public byte[]? ToBytes()
    {
        if (_items.Count == 0)
            return null;
        var bytes = new byte[HeadSize + (_items.Count * ItemSize)];
        bytes[0] = Kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), node);
        var rest = bytes.AsSpan(HeadSize);
        foreach (var (key, count) in _items)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, key);
            BinaryPrimitives.WriteInt32LittleEndian(rest[8..], count);
            rest = rest[ItemSize..];
        }

        _items.Clear();
        return bytes;
    }

    /// <summary>False for other news, and for what cannot be read.</summary>
    public static bool TryReadNode(ReadOnlySpan<byte> bytes, out long node)
    {
        node = 0;
        if (bytes.Length < HeadSize || bytes[0] != Kind)
            return false;
        node = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        return node > 0;
    }

    /// <summary>The keys and their counts; after <see cref="TryReadNode"/>.</summary>
    public static IEnumerable<(ulong Key, int Count)> Items(ReadOnlyMemory<byte> bytes)
    {
        for (var at = HeadSize; at + ItemSize <= bytes.Length; at += ItemSize)
        {
            yield return (
                BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[(at + 8)..]));
        }
    }
}
