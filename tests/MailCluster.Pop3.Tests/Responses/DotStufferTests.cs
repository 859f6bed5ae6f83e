using System.Buffers;
using System.Text;
using MailCluster.Mime;
using MailCluster.Pop3.Responses;

namespace MailCluster.Pop3.Tests.Responses;

/// <summary>Against the obvious implementation, over random messages made of what matters, cut at random places.</summary>
public sealed class DotStufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_message_becomes_the_lines_of_a_reply(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 5000; i++)
        {
            var message = RandomMessage(random);
            var expected = Obvious(message);
            Assert.Equal(expected, Stuffed(message, random, inPlace: true));
            Assert.Equal(expected, Stuffed(message, random, inPlace: false));
            // The size that LIST tells is what goes out, less the stuffed dots and the end.
            Assert.Equal(message.Length + LineEnds.MissingOctets(Encoding.Latin1.GetBytes(message)), Unstuffed(expected).Length);
        }
    }

    [Fact]
    public void Top_ends_where_the_lines_say()
    {
        var random = new Random(4);
        for (var i = 0; i < 5000; i++)
        {
            var message = RandomMessage(random);
            var lines = random.Next(4);
            var cutter = new TopCutter(lines);
            var taken = new StringBuilder();
            var ended = false;
            for (var at = 0; at < message.Length && !ended;)
            {
                var piece = message.Substring(at, random.Next(1, message.Length - at + 1));
                taken.Append(piece.AsSpan(0, cutter.Take(Encoding.Latin1.GetBytes(piece), out ended)));
                at += piece.Length;
            }

            Assert.Equal(ObviousTop(message, lines), taken.ToString());
        }
    }

    private static string RandomMessage(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(60); i > 0; i--)
            text.Append("a\r\n.\r\n..\n\r"[random.Next(10)]);
        return text.ToString();
    }

    private static string Stuffed(string message, Random random, bool inPlace)
    {
        var stuffer = new DotStuffer();
        var output = new ArrayBufferWriter<byte>();
        for (var at = 0; at < message.Length;)
        {
            var piece = Encoding.Latin1.GetBytes(message.Substring(at, random.Next(1, message.Length - at + 1)));
            at += piece.Length;
            var growth = stuffer.Growth(piece);
            if (inPlace)
            {
                var grown = new byte[piece.Length + growth];
                piece.CopyTo(grown, 0);
                stuffer.Expand(grown, piece.Length, growth);
                stuffer.Pass(grown);
                output.Write(grown);
            }
            else
            {
                stuffer.Write(piece, output);
                stuffer.Pass(piece);
            }
        }

        output.Write(stuffer.End);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static string Obvious(string message)
    {
        var lines = message.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var text = new StringBuilder();
        for (var i = 0; i < lines.Length; i++)
        {
            if (i == lines.Length - 1 && lines[i].Length == 0)
                break;
            text.Append(lines[i].StartsWith('.') ? "." : "").Append(lines[i]);
            text.Append(i == lines.Length - 1 && lines[i].EndsWith('\r') ? "\n" : "\r\n");
        }

        return text.Append(".\r\n").ToString();
    }

    private static string Unstuffed(string reply)
    {
        var text = new StringBuilder();
        foreach (var line in reply[..^3].Split("\r\n")[..^1])
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return text.ToString();
    }

    private static string ObviousTop(string message, int lines)
    {
        var at = 0;
        var inBody = false;
        while (at < message.Length)
        {
            var end = message.IndexOf('\n', at);
            if (end < 0)
                return message;
            var line = message[at..end];
            at = end + 1;
            if (!inBody)
                inBody = line.Trim('\r').Length == 0;
            else
                lines--;
            if (inBody && lines <= 0)
                return message[..at];
        }

        return message;
    }
}
