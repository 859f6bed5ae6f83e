using System.Text;

namespace MailCluster.Storage.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_polynomial() => Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));

    // The test pattern of iSCSI.
    [Fact]
    public void Thirty_two_zero_bytes() => Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));

    // Long runs are summed in lanes; so is what comes before and behind them.
    [Fact]
    public void Any_length_gives_what_the_polynomial_says_bit_by_bit()
    {
        var bytes = new byte[2_100];
        new Random(7).NextBytes(bytes);
        var crc = ~0u;
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(~crc, Crc32C.Of(bytes.AsSpan(0, length)));
            crc ^= bytes[length];
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78u;
        }
    }

    [Fact]
    public void Pieces_give_the_checksum_of_the_whole()
    {
        var bytes = Encoding.ASCII.GetBytes("the quick brown fox jumps over the lazy dog");
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(Crc32C.Of(bytes), Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
