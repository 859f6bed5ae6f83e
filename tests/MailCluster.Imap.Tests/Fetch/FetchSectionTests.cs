using System.Globalization;
using System.Text;

namespace MailCluster.Imap.Tests.Fetch;

public sealed class FetchSectionTests
{
    private static readonly Encoding Latin1 = Encoding.Latin1;

    public static TheoryData<string> SectionNames => [.. SampleMessage.Sections.Select(static pair => pair.Section)];

    [Theory]
    [MemberData(nameof(SectionNames))]
    public async Task A_section_is_the_bytes_it_names(string section)
    {
        var expected = SampleMessage.Sections.Single(pair => pair.Section == section).Expected;
        var folder = Sample();
        Assert.Equal(expected, await GetAsync(folder, section));
        Assert.Equal(expected, await GetAsync(folder, section.Replace("BODY", "BODY.PEEK", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_range_of_a_section_is_a_slice_of_it(int seed)
    {
        var random = new Random(seed);
        var folder = Sample();
        for (var round = 0; round < 300; round++)
        {
            var (section, expected) = SampleMessage.Sections[random.Next(SampleMessage.Sections.Length)];
            var length = expected?.Length ?? 10;
            var offset = random.Next(length + 5);
            var count = random.Next(1, length + 20);
            var slice = expected?[Math.Min(offset, length)..Math.Min(offset + count, length)];
            Assert.Equal(slice, await GetAsync(folder, string.Create(CultureInfo.InvariantCulture, $"{section}<{offset}.{count}>")));
        }
    }

    [Fact]
    public async Task All_sections_at_once_are_the_same_as_each_alone()
    {
        var folder = Sample();
        var answer = FetchAnswer.Parse(
            await new FetchRunner().FetchAsync(folder, $"1 ({string.Join(' ', SampleMessage.Sections.Select(static pair => pair.Section))})"));
        foreach (var (section, expected) in SampleMessage.Sections)
            Assert.Equal(expected, Text(answer[1][section]));
    }

    [Fact]
    public async Task Old_names_give_the_same_bytes()
    {
        var answer = FetchAnswer.Parse(await new FetchRunner().FetchAsync(Sample(), "1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)"))[1];
        Assert.Equal(SampleMessage.Whole, Text(answer["RFC822"]));
        Assert.Equal(SampleMessage.Header, Text(answer["RFC822.HEADER"]));
        Assert.Equal(SampleMessage.Text, Text(answer["RFC822.TEXT"]));
        Assert.Equal(SampleMessage.Whole.Length.ToString(CultureInfo.InvariantCulture), Text(answer["RFC822.SIZE"]));
    }

    [Theory]
    [InlineData("BINARY[1]", SampleMessage.Body1)]
    [InlineData("BINARY.PEEK[3.2]", "<p>caf\xc3\xa9 </p>")]
    [InlineData("BINARY[3]", SampleMessage.Body3)]
    [InlineData("BINARY[]", SampleMessage.Whole)]
    [InlineData("BINARY[9]", null)]
    public async Task Binary_is_without_transfer_encoding(string section, string? expected) =>
        Assert.Equal(expected, await GetAsync(Sample(), section));

    [Fact]
    public async Task Binary_ranges_are_slices_of_the_decoded_part()
    {
        var decoded = string.Concat(Enumerable.Range(0, 48).Select(static b => (char)b));
        var folder = Sample();
        Assert.Equal(decoded, await GetAsync(folder, "BINARY[2]"));
        Assert.Equal("48", await GetAsync(folder, "BINARY.SIZE[2]"));
        for (var offset = 0; offset < 50; offset += 7)
            Assert.Equal(decoded[Math.Min(48, offset)..Math.Min(48, offset + 5)], await GetAsync(folder, $"BINARY[2]<{offset}.5>"));
    }

    [Fact]
    public async Task A_part_in_an_unknown_encoding_is_left_out_and_said_so()
    {
        var runner = new FetchRunner();
        var answer = FetchAnswer.Parse(await runner.FetchAsync(Sample(), "1 (UID BINARY[4] BINARY.SIZE[4] BINARY[1])"))[1];
        Assert.Equal(["BINARY[1]", "UID"], answer.Keys.Order());
        Assert.True(runner.Run!.HasUnknownEncoding);
        var alone = new FetchRunner();
        Assert.Empty(await alone.FetchAsync(Sample(), "1 BINARY[4]"));
    }

    [Fact]
    public async Task Only_binary_literals_hold_nul()
    {
        var folder = new TestFolder();
        folder.Add("X-A: a\0b\r\n\r\nc\0\0d");
        Assert.Equal("X-A: a\u0080b\r\n\r\nc\u0080\u0080d", await GetAsync(folder, "BODY[]"));
        Assert.Equal("c\u0080\u0080d", await GetAsync(folder, "BODY[1]"));
        Assert.Equal("X-A: a\u0080b\r\n\r\n", await GetAsync(folder, "BODY[HEADER.FIELDS (X-A)]"));
        Assert.Equal("c\0\0d", await GetAsync(folder, "BINARY[1]"));
        Assert.Equal("X-A: a\0b\r\n\r\nc\0\0d", await GetAsync(folder, "BINARY[]"));
    }

    [Fact]
    public async Task A_message_without_parts_has_a_part_1()
    {
        var folder = new TestFolder();
        folder.Add("Subject: x\r\n\r\nHello\r\n");
        Assert.Equal("Hello\r\n", await GetAsync(folder, "BODY[1]"));
        Assert.Equal("Subject: x\r\n\r\n", await GetAsync(folder, "BODY[1.MIME]"));
        Assert.Null(await GetAsync(folder, "BODY[2]"));
        Assert.Equal("Subject: x\r\n\r\n", await GetAsync(folder, "BODY[HEADER]"));
    }

    [Fact]
    public async Task A_large_body_streams_whole_while_the_client_reads()
    {
        var folder = new TestFolder();
        var body = new byte[1_500_000];
        new Random(3).NextBytes(body);
        body.AsSpan().Replace((byte)0, (byte)1);
        byte[] message = [.. "Subject: big\r\n\r\n"u8, .. body];
        folder.Add(message);
        folder.Add("Subject: next\r\n\r\nx");
        var runner = new FetchRunner();
        var answer = FetchAnswer.Parse(await runner.FetchAsync(folder, "1:2 (UID BODY[] BODY[TEXT]<1000000.100000>)"));
        Assert.Equal(message, answer[1]["BODY[]"]);
        Assert.Equal(body[1_000_000..1_100_000], answer[1]["BODY[TEXT]<1000000>"]);
        Assert.Equal("2", Text(answer[2]["UID"]));
        Assert.Equal(0, runner.OpenLines);
        Assert.True(runner.Flushes > 50);
    }

    [Fact]
    public async Task A_header_longer_than_the_window_is_read_field_by_field()
    {
        var folder = new TestFolder();
        var long1 = "X-Long: " + new string('a', 90_000) + "\r\n";
        folder.Add("Subject: one\r\n" + long1 + "From: a@b\r\n\r\nbody");
        Assert.Equal("Subject: one\r\nFrom: a@b\r\n\r\n", await GetAsync(folder, "BODY[HEADER.FIELDS (FROM SUBJECT)]"));
        Assert.Equal(long1 + "\r\n", await GetAsync(folder, "BODY[HEADER.FIELDS (X-LONG)]"));
    }

    [Fact]
    public async Task Fields_that_the_summary_keeps_are_answered_without_the_body()
    {
        var folder = new TestFolder();
        folder.Add("Received: from x\r\nsUBJECT: one\r\n two\r\nFrom: a@b\r\nSubject: again\r\n\r\nbody");
        var runner = new FetchRunner();
        var answer = FetchAnswer.Parse(await runner.FetchAsync(folder, "1 (BODY.PEEK[HEADER.FIELDS (FROM Subject X-None)] BODY.PEEK[HEADER.FIELDS (subject)]<5.8>)"));
        Assert.Equal("sUBJECT: one\r\n two\r\nFrom: a@b\r\nSubject: again\r\n\r\n", Text(answer[1]["BODY[HEADER.FIELDS (FROM Subject X-None)]"]));
        Assert.Equal("CT: one\r", Text(answer[1]["BODY[HEADER.FIELDS (subject)]<5>"]));
        Assert.Equal(0, folder.Bodies.Reads - folder.Bodies.SummariesRead);
    }

    [Theory]
    [InlineData("BODY[HEADER.FIELDS (TO SUBJECT)]", "To: {0}\r\nSubject: s\0\r\n\r\n")]
    [InlineData("BODY[HEADER.FIELDS (SUBJECT)]", "Subject: s\0\r\n\r\n")]
    [InlineData("BODY[HEADER.FIELDS.NOT (TO)]", "X-A: 1\r\nSubject: s\0\r\n\r\n")]
    [InlineData("BODY[HEADER.FIELDS.NOT (TO X-A)]", "Subject: s\0\r\n\r\n")]
    public async Task Fields_that_are_too_long_to_keep_come_from_the_body(string section, string expected)
    {
        var many = string.Join(",\r\n ", Enumerable.Range(0, 200).Select(static n => $"user{n}@example.com"));
        var folder = new TestFolder();
        folder.Add($"X-A: 1\r\nTo: {many}\r\nSubject: s\0\r\n\r\nbody");
        Assert.Equal(expected.Replace("{0}", many, StringComparison.Ordinal).Replace('\0', '\u0080'), await GetAsync(folder, section));
    }

    private static TestFolder Sample()
    {
        var folder = new TestFolder();
        folder.Add(Latin1.GetBytes(SampleMessage.Whole));
        return folder;
    }

    private static async Task<string?> GetAsync(TestFolder folder, string section)
    {
        var answer = FetchAnswer.Parse(await new FetchRunner().FetchAsync(folder, "1 " + section));
        return Text(Assert.Single(answer[1]).Value);
    }

    private static string? Text(byte[]? value) => value is null ? null : Latin1.GetString(value);
}
