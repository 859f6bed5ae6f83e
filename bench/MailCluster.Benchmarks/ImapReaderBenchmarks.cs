using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailCluster.Imap.Wire;

namespace MailCluster.Benchmarks;

/// <summary>Commands from bytes to records.</summary>
[MemoryDiagnoser]
public class ImapReaderBenchmarks
{
    private readonly ImapCommandReader _reader = new(ImapLimits.Default);
    private byte[] _bytes = [];

    [Params(
        "A1 NOOP",
        "A1 UID STORE 4711 +FLAGS.SILENT (\\Seen)",
        "A1 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[HEADER.FIELDS (References X-Priority)])",
        "A1 SEARCH UNSEEN OR SUBJECT {7+}\r\nmeeting FROM \"alice\" SINCE 1-Feb-2026")]
    public string Command { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _bytes = Encoding.ASCII.GetBytes(Command + "\r\n");

    [Benchmark]
    public object? Read()
    {
        var input = new ReadOnlySequence<byte>(_bytes);
        return _reader.Read(ref input) == ReadOutcome.Command ? _reader.Command : throw new InvalidOperationException("Not a command.");
    }
}
