using System.Buffers.Binary;
using System.Numerics;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// MD4 (RFC 1320) and MD5 (RFC 1321) with their inner state in reach. The platform has no MD4, and no way to begin an MD5 in the middle, which is what
/// the stored form of CRAM-MD5 is: the states of the two halves of an HMAC after the key. Both are broken as hashes; they are here to read what exists.
/// </summary>
internal struct MdState(bool isMd4)
{
    public const int BlockOctets = 64;
    public const int DigestOctets = 16;

    private static readonly byte[] Md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
    private static readonly byte[] Md4Shifts = [3, 7, 11, 19, 3, 5, 9, 13, 3, 9, 11, 15];
    private static readonly byte[] Md4Order = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
    private static readonly uint[] Md5Constants = [.. Enumerable.Range(1, 64).Select(i => (uint)(long)Math.Floor(Math.Abs(Math.Sin(i)) * 4294967296.0))];

    private uint _a = 0x67452301, _b = 0xefcdab89, _c = 0x98badcfe, _d = 0x10325476;

    /// <summary>An MD5 that has taken whole blocks already.</summary>
    public static MdState Md5After(ReadOnlySpan<byte> state) => new(isMd4: false)
    {
        _a = BinaryPrimitives.ReadUInt32LittleEndian(state),
        _b = BinaryPrimitives.ReadUInt32LittleEndian(state[4..]),
        _c = BinaryPrimitives.ReadUInt32LittleEndian(state[8..]),
        _d = BinaryPrimitives.ReadUInt32LittleEndian(state[12..]),
    };

    public static byte[] Md4(ReadOnlySpan<byte> data) => new MdState(isMd4: true).Finish(data, 0);

    /// <summary>Takes one block of 64 octets.</summary>
    public void Take(ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[16];
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * 4)..]);
        uint a = _a, b = _b, c = _c, d = _d;
        if (isMd4) Md4Rounds(words, ref a, ref b, ref c, ref d);
        else Md5Rounds(words, ref a, ref b, ref c, ref d);
        _a += a;
        _b += b;
        _c += c;
        _d += d;
    }

    /// <summary>Takes the rest, and gives the digest.</summary>
    /// <param name="rest">What follows the blocks taken.</param>
    /// <param name="taken">Octets taken before.</param>
    public byte[] Finish(ReadOnlySpan<byte> rest, int taken)
    {
        var bits = (ulong)(taken + rest.Length) * 8;
        while (rest.Length >= BlockOctets)
        {
            Take(rest[..BlockOctets]);
            rest = rest[BlockOctets..];
        }
        Span<byte> last = stackalloc byte[2 * BlockOctets];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        last = last[..(rest.Length < BlockOctets - 8 ? BlockOctets : 2 * BlockOctets)];
        BinaryPrimitives.WriteUInt64LittleEndian(last[^8..], bits);
        Take(last[..BlockOctets]);
        if (last.Length > BlockOctets) Take(last[BlockOctets..]);
        return State();
    }

    /// <summary>The state as octets; after <see cref="Finish"/> the digest.</summary>
    public readonly byte[] State()
    {
        var octets = new byte[DigestOctets];
        BinaryPrimitives.WriteUInt32LittleEndian(octets, _a);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4), _b);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(8), _c);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(12), _d);
        return octets;
    }

    private static void Md5Rounds(ReadOnlySpan<uint> words, ref uint a, ref uint b, ref uint c, ref uint d)
    {
        for (var i = 0; i < 64; i++)
        {
            var (f, word) = (i / 16) switch
            {
                0 => ((b & c) | (~b & d), i),
                1 => ((d & b) | (~d & c), 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | ~d), 7 * i),
            };
            var next = b + BitOperations.RotateLeft(a + f + Md5Constants[i] + words[word % 16], Md5Shifts[i / 16 * 4 + i % 4]);
            (a, d, c, b) = (d, c, b, next);
        }
    }

    private static void Md4Rounds(ReadOnlySpan<uint> words, ref uint a, ref uint b, ref uint c, ref uint d)
    {
        for (var i = 0; i < 48; i++)
        {
            var (f, constant, word) = (i / 16) switch
            {
                0 => ((b & c) | (~b & d), 0u, i),
                1 => ((b & c) | (b & d) | (c & d), 0x5a827999u, Md4Order[i - 16]),
                _ => (b ^ c ^ d, 0x6ed9eba1u, Md4Order[i - 16]),
            };
            var next = BitOperations.RotateLeft(a + f + constant + words[word], Md4Shifts[i / 16 * 4 + i % 4]);
            (a, d, c, b) = (d, c, b, next);
        }
    }
}
