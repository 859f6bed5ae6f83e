using System.Buffers;

namespace MailCluster.Edge.Tests.Proxy;

public sealed class ProxyHeaderReaderTests
{
    public static TheoryData<int> Taken => [.. Enumerable.Range(0, ProxyHeaderCorpus.Taken.Count)];

    public static TheoryData<int> Refused => [.. Enumerable.Range(0, ProxyHeaderCorpus.Refused.Count)];

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_header_is_taken_to_its_last_byte_and_no_further(int index)
    {
        var (bytes, expected) = ProxyHeaderCorpus.Taken[index];
        foreach (var after in new[] { "", "a", "\r\n", "a LOGIN x y\r\n", "\x16\x03\x01\x02" })
        {
            var reading = ProxyHeaderReader.Read((byte[])[.. bytes, .. System.Text.Encoding.Latin1.GetBytes(after)]);
            Assert.Equal((expected, bytes.Length), (ProxyHeaderCorpus.Describe(reading), reading.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Taken))]
    public void One_byte_at_a_time_every_byte_but_the_last_needs_more(int index)
    {
        var (bytes, expected) = ProxyHeaderCorpus.Taken[index];
        for (var count = 0; count < bytes.Length; count++)
            Assert.Equal("more", ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read(bytes.AsSpan(0, count))));
        Assert.Equal(expected, ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read(bytes)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_header_is_refused_with_the_byte_that_shows_it(int index)
    {
        var (bytes, expected) = ProxyHeaderCorpus.Refused[index];
        for (var count = 0; count < bytes.Length; count++)
            Assert.Equal("more", ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read(bytes.AsSpan(0, count))));
        Assert.Equal(expected, ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read(bytes)));
        Assert.Equal(expected, ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read((byte[])[.. bytes, .. "more"u8])));
    }

    [Fact]
    public void Pieces_do_not_matter()
    {
        foreach (var (bytes, expected) in ProxyHeaderCorpus.Taken.Concat(ProxyHeaderCorpus.Refused))
        {
            for (var cut = 1; cut < bytes.Length; cut += Math.Max(1, bytes.Length / 64))
                Assert.Equal(expected, ProxyHeaderCorpus.Describe(ProxyHeaderReader.Read(Cut(bytes, cut))));
        }
    }

    [Fact]
    public void Every_fault_of_a_header_is_in_the_corpus()
    {
        var faults = ProxyHeaderCorpus.Refused.Select(static c => c.Expected).ToHashSet();
        var ofConnections = new[] { ProxyFault.None, ProxyFault.Untrusted, ProxyFault.Late, ProxyFault.Incomplete, ProxyFault.Closed };
        Assert.Equal(Enum.GetValues<ProxyFault>().Except(ofConnections).Select(static f => f.ToString()).Order(), faults.Order());
    }

    internal static ReadOnlySequence<byte> Cut(byte[] bytes, params int[] cuts)
    {
        Segment? first = null, last = null;
        var from = 0;
        foreach (var to in cuts.Order().Append(bytes.Length))
        {
            last = new Segment(bytes.AsMemory(from..to), last);
            first ??= last;
            from = to;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
