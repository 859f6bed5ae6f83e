using System.Buffers;
using BenchmarkDotNet.Attributes;
using MailCluster.LoadGenerator.Messages;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Benchmarks;

/// <summary>What is done to a message at arrival.</summary>
[MemoryDiagnoser]
public class MimeBenchmarks
{
    private readonly ArrayBufferWriter<byte> _summary = new(16 * 1024);
    private readonly ArrayBufferWriter<byte> _text = new(256 * 1024);
    private byte[] _message = [];

    [Params(4_096, 102_400)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup() => _message = MessageMill.Make(5, Size);

    /// <summary>Structure alone: parts, header fields and offsets.</summary>
    [Benchmark]
    public int Read()
    {
        var sink = new CountingSink();
        MimeReader.Read(_message, MimeLimits.Default, ref sink);
        return sink.Events;
    }

    /// <summary>Envelope, structure, header index, preview, sort keys, and the searchable text.</summary>
    [Benchmark]
    public int BuildSummary()
    {
        _summary.ResetWrittenCount();
        _text.ResetWrittenCount();
        MessageSummaryBuilder.Build(_message, MimeLimits.Default, _summary, _text);
        return _summary.WrittenCount;
    }

    /// <summary>The same as a delivery does it, with pooled buffers.</summary>
    [Benchmark]
    public int Prepare()
    {
        using var prepared = PreparedMessage.Read(_message, MimeLimits.Default);
        return prepared.Summary.Length;
    }

    private struct CountingSink : IMimeSink
    {
        public int Events { get; private set; }

        public void PartBegin(in MimePartBegin part) => Events++;

        public void Header(in HeaderField field) => Events++;

        public void HeaderEnd(in MimeHeaderEnd header) => Events++;

        public void Boundary(in MimeBoundary boundary) => Events++;

        public void PartEnd(in MimePartEnd part) => Events++;
    }
}
