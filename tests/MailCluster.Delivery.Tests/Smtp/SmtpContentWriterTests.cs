using System.Text;
using MailCluster.Delivery.Smtp;

namespace MailCluster.Delivery.Tests.Smtp;

public sealed class SmtpContentWriterTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\r\nb\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("", ".\r\n")]
    [InlineData(".\r\n..x\r\nx.\r\n", "..\r\n...x\r\nx.\r\n.\r\n")]
    [InlineData("a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r.\rb\r", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\r\nb", "a\r\n\r\nb\r\n.\r\n")]
    public async Task Lines_end_with_CRLF_and_no_line_is_a_dot_but_the_last(string message, string expected)
    {
        // In one piece and octet by octet: states go over the edges of blocks.
        foreach (var block in new[] { int.MaxValue, 1 })
        {
            using var stream = new MemoryStream();
            var writer = new SmtpContentWriter(stream);
            await writer.WriteAsync(new Pieces(Encoding.ASCII.GetBytes(message), block), default);
            await writer.EndAsync(default);

            Assert.Equal(expected, Encoding.ASCII.GetString(stream.ToArray()));
        }
    }

    [Fact]
    public async Task What_is_longer_than_a_block_and_grows_fits()
    {
        var message = Encoding.ASCII.GetBytes(new string('\n', 200_000));
        using var stream = new MemoryStream();
        var writer = new SmtpContentWriter(stream);
        await writer.WriteAsync(new Pieces(message, int.MaxValue), default);
        await writer.EndAsync(default);

        Assert.Equal((message.Length * 2) + 3, stream.Length);
    }

    private sealed class Pieces(byte[] bytes, int block) : IMailContent
    {
        public long Length => bytes.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var count = Math.Min(Math.Min(destination.Length, block), bytes.Length - (int)offset);
            bytes.AsMemory((int)offset, count).CopyTo(destination);
            return new(count);
        }
    }
}
