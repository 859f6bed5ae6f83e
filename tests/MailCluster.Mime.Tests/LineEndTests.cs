using System.Text;

namespace MailCluster.Mime.Tests;

public sealed class LineEndTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a\r\nb\r\n", 0)]
    [InlineData("a\nb\n", 2)]
    [InlineData("a", 2)]
    [InlineData("a\r", 1)]
    [InlineData("\n", 1)]
    [InlineData("\r\n\n\r\n", 1)]
    [InlineData("a\rb\r\n", 0)]
    public void What_a_message_lacks_of_its_line_ends(string message, int octets)
    {
        var bytes = Encoding.Latin1.GetBytes(message);
        Assert.Equal(octets, LineEnds.MissingOctets(bytes));
        var (summary, _) = MessageSummaryBuilder.Build(bytes, MimeLimits.Default);
        Assert.Equal(octets, MessageSummary.Parse(summary).MissingLineEndOctets);
    }

    [Fact]
    public void Pieces_count_as_the_whole()
    {
        var random = new Random(1);
        var bytes = new byte[3000];
        for (var round = 0; round < 300; round++)
        {
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)"\r\n\nab"[random.Next(5)];
            var length = random.Next(bytes.Length);
            var expected = 0;
            for (var i = 0; i < length; i++)
                expected += bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r') ? 1 : 0;
            var cut = random.Next(length + 1);
            Assert.Equal(expected, LineEnds.CountBare(bytes.AsSpan(0, length)));
            Assert.Equal(
                expected, LineEnds.CountBare(bytes.AsSpan(0, cut)) + LineEnds.CountBare(bytes.AsSpan(cut, length - cut), cut > 0 ? bytes[cut - 1] : (byte)0));
        }
    }
}
