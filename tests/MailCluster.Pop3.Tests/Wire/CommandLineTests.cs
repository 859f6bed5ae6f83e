using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using MailCluster.Edge.Wire;
using MailCluster.Pop3.Commands;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Tests.Wire;

/// <summary>The reader alone, over the wire corpus: what it makes of the input, however that is cut.</summary>
public sealed class CommandLineTests
{
    private const int LineBytesMax = 32;

    /// <summary>Input, and what is read: keyword|arguments, or a word in brackets.</summary>
    public static TheoryData<string, string> Corpus => new()
    {
        { "QUIT\r\n", "QUIT|" },
        { "quit\r\nNOOP\r\n", "quit| NOOP|" },
        { "QUIT\n", "QUIT|" },
        { "RETR 1\r\n", "RETR|1" },
        { "RETR  1 \r\n", "RETR| 1 " },
        { "PASS  two words \r\n", "PASS| two words " },
        { "USER p\u00c3\u00a4ivi\r\n", "USER|p\u00c3\u00a4ivi" },
        { "\r\n", "|" },
        { " \r\n", "|" },
        { "NO\rOP\r\n", "[Malformed]" },
        { "NOOP\r\r\nNOOP\r\n", "[Malformed] NOOP|" },
        { "NO\0OP\r\nNOOP\r\n", "[Malformed] NOOP|" },
        { "NOOP 9012345678901234567890123\r\n", "NOOP|9012345678901234567890123" },
        { "NOOP 90123456789012345678901234\r\nNOOP\r\n", "[TooLong] NOOP|" },
        { "AUTH " + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" + "\r\nQUIT\r\n", "[TooLong] QUIT|" },
        { "QUI", "" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task The_reader_makes_of_the_input_what_the_corpus_says(string input, string expected) =>
        Assert.Equal(expected, await ReadAsync(input, input.Length));

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Where_the_input_is_split_makes_no_difference(string input, string expected)
    {
        for (var piece = 1; piece < input.Length; piece++)
            Assert.Equal(expected, await ReadAsync(input, piece));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("2147483648", int.MaxValue)]
    [InlineData("99999999999999999999", int.MaxValue)]
    [InlineData("999999999999999999999", null)]
    [InlineData("", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1x", null)]
    [InlineData("\u00b9", null)]
    public void Numbers(string text, int? expected) =>
        Assert.Equal(expected, Arguments.TryReadNumber(Encoding.Latin1.GetBytes(text), out var number) ? number : null);

    [Fact]
    public void Every_command_is_found_in_any_case_and_nothing_else()
    {
        foreach (var command in Pop3Commands.All)
        {
            Assert.Same(command, Pop3Commands.Find(Encoding.ASCII.GetBytes(command.Verb)));
            Assert.Same(command, Pop3Commands.Find(Encoding.ASCII.GetBytes(command.Verb.ToLowerInvariant())));
            Assert.Null(Pop3Commands.Find(Encoding.ASCII.GetBytes(command.Verb + "X")));
            Assert.Null(Pop3Commands.Find(Encoding.ASCII.GetBytes(command.Verb[..^1])));
        }
    }

    /// <summary>As the session reads: a piece at a time, the rest of a line that is too long thrown away.</summary>
    private static async Task<string> ReadAsync(string input, int pieceLength)
    {
        var pipe = new Pipe();
        var read = new List<string>();
        var skipping = false;
        foreach (var piece in Encoding.Latin1.GetBytes(input).Chunk(pieceLength))
        {
            pipe.Writer.Write(piece);
            await pipe.Writer.FlushAsync();
            while (pipe.Reader.TryRead(out var result))
            {
                var buffer = result.Buffer;
                if (skipping)
                {
                    var end = buffer.PositionOf((byte)'\n');
                    skipping = end is null;
                    pipe.Reader.AdvanceTo(end is { } at ? buffer.GetPosition(1, at) : buffer.End);
                    continue;
                }

                var status = LineReader.TryRead(buffer, LineBytesMax, takesBareLf: true, out var line, out var consumed);
                if (status == LineStatus.Complete)
                {
                    var (keyword, arguments) = CommandLine.Split(line.ToArray());
                    read.Add($"{Encoding.Latin1.GetString(keyword.Span)}|{Encoding.Latin1.GetString(arguments.Span)}");
                }
                else if (status != LineStatus.NeedMore)
                {
                    skipping = status == LineStatus.TooLong && buffer.PositionOf((byte)'\n') is null;
                    read.Add($"[{status}]");
                }

                pipe.Reader.AdvanceTo(consumed, status == LineStatus.NeedMore ? buffer.End : consumed);
                if (status == LineStatus.NeedMore)
                    break;
            }
        }

        return string.Join(' ', read);
    }
}
