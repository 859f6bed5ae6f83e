using System.Text;
using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Imap.Tests.Fetch;

public sealed class FetchFailureTests
{
    private const string Items = " (UID ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[] PREVIEW)";

    [Fact]
    public async Task A_lost_summary_is_made_again_from_the_body()
    {
        var whole = new TestFolder();
        whole.Add(SampleMessage.Whole);
        var lost = new TestFolder();
        lost.Add(SampleMessage.Whole, keepSummary: false);
        Assert.Equal(await FetchRunner.TextAsync(whole, "1" + Items), await FetchRunner.TextAsync(lost, "1" + Items));
    }

    [Fact]
    public async Task A_damaged_summary_is_made_again_or_told_but_never_breaks_the_stream()
    {
        var whole = new TestFolder();
        whole.Add(SampleMessage.Whole);
        var expected = await FetchRunner.TextAsync(whole, "1 (UID ENVELOPE BODYSTRUCTURE)");
        var (summary, _) = MessageSummaryBuilder.Build(Encoding.UTF8.GetBytes(SampleMessage.Whole), MimeLimits.Default);
        for (var at = 0; at < summary.Length; at++)
        {
            var damaged = (byte[])summary.Clone();
            damaged[at] ^= 0xff;
            var folder = new TestFolder();
            folder.Add(Encoding.UTF8.GetBytes(SampleMessage.Whole), summary: damaged);
            folder.Add(SampleMessage.Whole);
            var runner = new FetchRunner();
            var text = Encoding.UTF8.GetString(await runner.FetchAsync(folder, "1:2 (UID ENVELOPE BODYSTRUCTURE)"));
            Assert.EndsWith(expected.Replace("* 1 FETCH (UID 1", "* 2 FETCH (UID 2", StringComparison.Ordinal), text, StringComparison.Ordinal);
            Assert.Equal(0, runner.OpenLines);
        }
    }

    [Fact]
    public async Task A_missing_body_fails_alone()
    {
        var folder = new TestFolder();
        for (var i = 0; i < 300; i++)
            folder.Add($"Subject: {i}\r\n\r\n{i}", keepBody: i is not (7 or 200));
        foreach (var items in new[] { Items, " BODY[]", " ENVELOPE" })
        {
            var runner = new FetchRunner();
            var answer = FetchAnswer.Parse(await runner.FetchAsync(folder, "1:*" + items));
            Assert.Equal(298, answer.Count);
            Assert.False(answer.ContainsKey(8) || answer.ContainsKey(201));
            Assert.Equal(2, runner.Run!.MissingCount);
            Assert.Equal(0, runner.OpenLines);
        }
    }

    [Fact]
    public async Task A_damaged_body_fails_alone()
    {
        var folder = new TestFolder();
        for (var i = 0; i < 5; i++)
            folder.Add($"Subject: {i}\r\n\r\n{i}");
        var runner = new FetchRunner();
        folder.Bodies.Damage(folder.Index.RowAt(2).Body);
        var answer = FetchAnswer.Parse(await runner.FetchAsync(folder, "1:*" + Items));
        Assert.Equal([1, 2, 4, 5], answer.Keys);
        Assert.Equal(1, runner.Run!.CorruptCount);
    }

    [Fact]
    public async Task A_body_that_breaks_off_in_the_middle_leaves_the_line_open()
    {
        var folder = new TestFolder();
        folder.Add("Subject: x\r\n\r\n" + new string('a', 100_000));
        var runner = new FetchRunner();
        folder.Bodies.Damage(folder.Index.RowAt(0).Body, from: 60_000);
        await Assert.ThrowsAsync<BodyCorruptException>(() => runner.FetchAsync(folder, "1 BODY[]"));
        Assert.Equal(1, runner.OpenLines);
    }

    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public async Task Answers_about_broken_messages_are_well_formed(int seed, bool utf8)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1_500; round++)
        {
            var message = Mutate(random, Encoding.Latin1.GetBytes(SampleMessage.Whole));
            var folder = new TestFolder();
            folder.Add(message);
            var answer = FetchAnswer.Parse(await new FetchRunner { Utf8 = utf8 }.FetchAsync(
                folder, "1 (ENVELOPE BODY BODYSTRUCTURE PREVIEW BODY.PEEK[] BODY[HEADER] BODY[TEXT] BODY[HEADER.FIELDS (FROM SUBJECT)] BODY[2] BINARY[2] BODY[3.1.MIME] BODY[3.HEADER.FIELDS.NOT (FROM)])"));
            message.AsSpan().Replace((byte)0, (byte)0x80);
            Assert.Equal(message, answer[1]["BODY[]"]);
            Assert.Equal(message, answer[1]["BODY[HEADER]"]!.Concat(answer[1]["BODY[TEXT]"]!).ToArray());
        }
    }

    private static byte[] Mutate(Random random, byte[] message)
    {
        var bytes = new List<byte>(message);
        for (var changes = random.Next(1, 12); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, "\r\n"u8.ToArray());
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = (byte)"\"\\()<>@,;:\r\n\0"[random.Next(13)];
                    break;
            }
        }

        return [.. bytes];
    }
}
