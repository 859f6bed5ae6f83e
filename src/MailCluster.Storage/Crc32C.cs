using System.Numerics;
using System.Runtime.InteropServices;

namespace MailCluster.Storage;

/// <summary>CRC-32C (Castagnoli, as in iSCSI and ext4), the checksum of everything stored here; one instruction a word on current processors.</summary>
/// <remarks>
/// The instruction gives its result after three cycles, but the processor begins one in each. So of longer runs three lanes are summed side by side,
/// and joined: a checksum goes on over n bytes of zero by a linear map, which is tabled for the length of a lane.
/// </remarks>
internal static class Crc32C
{
    /// <summary>Words of one lane. A table holds for one length only.</summary>
    private const int LaneWords = 32;

    private static readonly uint[] OverLane = TableOver(LaneWords * sizeof(ulong));

    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>Goes on from the checksum of what came before.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        if (BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            bytes = bytes[(words.Length * sizeof(ulong))..];
            for (; words.Length >= 3 * LaneWords; words = words[(3 * LaneWords)..])
                crc = AppendLanes(crc, words);
            foreach (var word in words)
                crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint AppendLanes(uint crc, ReadOnlySpan<ulong> words)
    {
        var first = words[..LaneWords];
        var second = words.Slice(LaneWords, LaneWords);
        var third = words.Slice(2 * LaneWords, LaneWords);
        uint crcSecond = 0, crcThird = 0;
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, first[i]);
            crcSecond = BitOperations.Crc32C(crcSecond, second[i]);
            crcThird = BitOperations.Crc32C(crcThird, third[i]);
        }

        return GoOverLane(GoOverLane(crc) ^ crcSecond) ^ crcThird;
    }

    private static uint GoOverLane(uint crc)
    {
        var table = OverLane;
        return table[(byte)crc] ^ table[256 + (byte)(crc >> 8)] ^ table[512 + (byte)(crc >> 16)] ^ table[768 + (byte)(crc >> 24)];
    }

    // For each value of each of the four bytes, what becomes of it over so many bytes of zero.
    private static uint[] TableOver(int length)
    {
        var table = new uint[4 * 256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (uint)(i & 0xFF) << (8 * (i >> 8));
            for (var n = 0; n < length; n += sizeof(ulong))
                crc = BitOperations.Crc32C(crc, 0UL);
            table[i] = crc;
        }

        return table;
    }
}
