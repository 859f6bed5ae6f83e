using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

public sealed class ReaderTests
{
    [Theory]
    [InlineData("From a@b Mon Aug 17 09:15:02 2026\r\nSubject: x\r\n", 35)]
    [InlineData(">From - Mon\nSubject: x\n", 12)]
    [InlineData("From: a@b\r\n", 0)]
    [InlineData("", 0)]
    public void TheEnvelopeLineOfAnMbox(string message, int length) => Assert.Equal(length, MimeReader.EnvelopeLineLength(Bytes(message)));

    [Fact]
    public void TheEnvelopeLineIsPartOfTheHeaderButNoField()
    {
        var m = new Summarised(Read("mbox-from"));
        Assert.StartsWith("From ada@example.org", m.Section("HEADER"));
        Assert.False(m.Summary.Headers.Contains("From ada@example.org Mon Aug 17 09"u8));
        Assert.Equal("Out of an mbox", m.Summary.Envelope.Subject.ToString());
    }

    [Fact]
    public void AByteOrderMarkDoesNotHideTheHeader()
    {
        var m = new Summarised("\uFEFFSubject: marked\n\nbody\n");
        Assert.Equal("marked", m.Summary.Envelope.Subject.ToString());
        Assert.Equal("body\r\n", m.Section("TEXT"));
        Assert.Equal(0, m.Summary.Root.Header.Offset);
    }

    [Fact]
    public void FieldsOfAHeaderBlock()
    {
        var fields = new List<string>();
        foreach (var field in new HeaderFieldsOf("A: 1\r\nB : 2\r\n\tmore\r\n: nameless\r\n stray\r\nC:\r\n\r\nD: body\r\n"))
            fields.Add(field);
        Assert.Equal(["A=1", "B=2\r\n\tmore", "=nameless\r\n stray", "C="], fields);
    }

    [Fact]
    public void ACrOnlyMessageHasLines()
    {
        var m = new Summarised(Read("cr-only"));
        Assert.Equal("first\rsecond\r", m.Section("TEXT"));
        Assert.Equal(2, m.Part().BodyLines);
        Assert.Equal("first\nsecond\n", m.BodyText);
    }

    [Fact]
    public void AMissingBlankLineLeavesTheBodyWhole()
    {
        var m = new Summarised(Read("missing-blank-line"));
        Assert.StartsWith("This line is body already\r\n", m.Section("TEXT"));
        Assert.EndsWith("no blank line\r\n", m.Section("HEADER"));
    }

    [Fact]
    public void ReadingAndSummarisingAllocateNothingPerMessage()
    {
        var message = Read("alternative");
        var summary = new ByteBuffer(8192);
        var text = new ByteBuffer(8192);
        for (var i = 0; i < 3; i++)
            Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Build();
        // Nothing in principle; a decoder of the runtime for one charset may cost something.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 64);

        void Build()
        {
            summary.Clear();
            text.Clear();
            MessageSummaryBuilder.Build(message, MimeLimits.Default, summary, text);
        }
    }

    [Fact]
    public void LimitsHaveRanges()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MimeLimits { NestingMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MimeLimits { NestingMax = 201 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MimeLimits { PreviewCharactersMax = 257 });
    }

    [Fact]
    public void ASummaryOfAnotherVersionIsRefused()
    {
        var bytes = new Summarised(Read("plain")).SummaryBytes;
        bytes[0] = 200;
        Assert.False(MessageSummary.TryParse(bytes, out _));
        Assert.False(MessageSummary.TryParse([], out _));
        Assert.Throws<SummaryFormatException>(() => MessageSummary.Parse(bytes).Size);
    }

    [Fact]
    public void UnknownSectionsOfASummaryArePassedOver()
    {
        byte[] bytes = [.. new Summarised(Read("plain")).SummaryBytes, 99, 3, 1, 2, 3];
        Assert.True(MessageSummary.TryParse(bytes, out var summary));
        Assert.Equal("Garden plan", summary.Envelope.Subject.ToString());
    }

    private sealed class HeaderFieldsOf(string header) : IEnumerable<string>
    {
        public IEnumerator<string> GetEnumerator()
        {
            var list = new List<string>();
            foreach (var field in new HeaderFieldReader(Bytes(header)))
                list.Add($"{Text(field.Name.Of(Bytes(header)))}={Text(field.Value.Of(Bytes(header)))}");
            return list.GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
