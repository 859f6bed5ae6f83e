using System.Buffers;
using System.Text;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Tests;

public sealed class DotUnstufferTests
{
    [Theory]
    [InlineData(".\r\n", "")]
    [InlineData("\r\n.\r\n", "\r\n")]
    [InlineData("a\r\n.\r\n", "a\r\n")]
    [InlineData("..\r\n.\r\n", ".\r\n")]
    [InlineData("...\r\n.\r\n", "..\r\n")]
    [InlineData(".a\r\n.\r\n", "a\r\n")]
    [InlineData(".\ra\r\n.\r\n", "\ra\r\n")]
    [InlineData(".\r\r\n.\r\n", "\r\r\n")]
    [InlineData(".\r.\r\n.\r\n", "\r.\r\n")]
    [InlineData("\r\r\n.\r\n", "\r\r\n")]
    public void Transparency_is_taken_out(string wire, string message) => AssertReads(wire + "rest", message, "rest");

    // What others have taken for the end of a message, and a message smuggled in behind it.
    [Theory]
    [InlineData("a\n.\nMAIL FROM:<x>")]
    [InlineData("a\n.\r\nMAIL FROM:<x>")]
    [InlineData("a\r\n.\nMAIL FROM:<x>")]
    [InlineData("a\r.\rMAIL FROM:<x>")]
    [InlineData("a\r.\r\nMAIL FROM:<x>")]
    [InlineData("a\r\n.\rMAIL FROM:<x>")]
    [InlineData("a\n\r.\r\nMAIL FROM:<x>")]
    [InlineData("a\r\n\0.\r\nMAIL FROM:<x>")]
    [InlineData("a\0\r.\r\nMAIL FROM:<x>")]
    public void Only_CRLF_dot_CRLF_ends_a_message(string wire)
    {
        // One dot less where CRLF begins its line; nothing else changes.
        AssertReads(wire + "\r\n.\r\n", wire.Replace("\r\n.", "\r\n", StringComparison.Ordinal) + "\r\n", "");
    }

    [Fact]
    public void Any_message_survives_stuffing_and_any_cuts()
    {
        const int seed = 4711;
        var random = new Random(seed);
        const string alphabet = "\r\n..ab\r\n";
        for (var round = 0; round < 3000; round++)
        {
            var message = new StringBuilder();
            var length = random.Next(40);
            for (var i = 0; i < length; i++)
                message.Append(alphabet[random.Next(alphabet.Length)]);
            message.Append("\r\n");
            var wire = Stuff(message.ToString()) + ".\r\n";
            AssertReads(wire + "NEXT", message.ToString(), "NEXT", random, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Any_bytes_at_all_end_where_the_plain_definition_says()
    {
        const int seed = 815;
        var random = new Random(seed);
        const string alphabet = "\r\n.x";
        for (var round = 0; round < 5000; round++)
        {
            var text = new StringBuilder();
            var length = random.Next(30);
            for (var i = 0; i < length; i++)
                text.Append(alphabet[random.Next(alphabet.Length)]);
            var (message, rest) = Plain(text.ToString());
            AssertReads(text.ToString(), message, rest, random, $"seed {seed}, round {round}");
        }
    }

    /// <summary>The definition, without cuts and without haste: lines by CRLF, one dot off, a lone dot ends. Null rest: it did not end.</summary>
    private static (string Message, string? Next) Plain(string wire)
    {
        var message = new StringBuilder();
        while (true)
        {
            var end = wire.IndexOf("\r\n", StringComparison.Ordinal);
            var line = end < 0 ? wire : wire[..(end + 2)];
            if (line == ".\r\n")
                return (message.ToString(), wire[3..]);
            if (end < 0)
            {
                // What may still become the end is held back.
                message.Append(line is "." or ".\r" ? "" : line.StartsWith('.') ? line[1..] : line);
                return (message.ToString(), null);
            }

            message.Append(line.StartsWith('.') ? line[1..] : line);
            wire = wire[(end + 2)..];
        }
    }

    private static string Stuff(string message)
    {
        var stuffed = message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        return stuffed.StartsWith('.') ? "." + stuffed : stuffed;
    }

    private static void AssertReads(string wire, string message, string? rest, Random? random = null, string why = "")
    {
        var bytes = Encoding.Latin1.GetBytes(wire);
        for (var way = 0; way < (random is null ? 2 : 3); way++)
        {
            var unstuffer = new DotUnstuffer();
            var sink = new Sink();
            var at = 0;
            var ended = false;
            while (at < bytes.Length && !ended)
            {
                var piece = way switch
                {
                    0 => bytes.Length - at,
                    1 => 1,
                    _ => random!.Next(1, bytes.Length - at + 1),
                };
                ended = unstuffer.Read(bytes.AsSpan(at, piece), ref sink, out var taken);
                at += taken;
                Assert.True(ended || taken == piece, why);
            }

            Assert.True(ended == (rest is not null), $"{why}: ended {ended}");
            Assert.Equal(message, sink.Text);
            Assert.Equal(rest ?? "", wire[at..]);
        }
    }

    private sealed class Sink : IMessageSink
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public string Text => Encoding.Latin1.GetString(_bytes.WrittenSpan);

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
    }
}
