using System.IO.Pipelines;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Session.Handlers;
using MailCluster.Imap.Wire;
using MailCluster.Imap.Wire.Syntax;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;

namespace MailCluster.Benchmarks;

/// <summary>FETCH of 1,000 messages, from the parsed command to bytes that are thrown away.</summary>
[MemoryDiagnoser]
public class FetchBenchmarks
{
    private SampleFolder _folder = null!;
    private FetchCommand _command = null!;
    private readonly NullOutput _output = new();

    [Params("(UID FLAGS)", "(ENVELOPE BODYSTRUCTURE)", "(BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])", "(BODY.PEEK[])")]
    public string Items { get; set; } = "";

    [GlobalSetup]
    public async Task Setup()
    {
        _folder = await SampleFolder.MakeAsync(1_000);
        var reader = new WireReader(Encoding.UTF8.GetBytes($"a FETCH 1:* {Items}"), ImapLimits.Default, utf8Names: false);
        _command = (FetchCommand)CommandSyntax.Read(ref reader, out _)!;
    }

    [Benchmark(OperationsPerInvoke = 1_000)]
    public async Task Fetch()
    {
        _command.Set.TryResolve(_folder.Index, uid: false, UidSet.Empty, out var positions);
        await new FetchRun(new FetchPlan(_command.Attributes, _command.Sections), _folder.Index, _folder.Bodies, _output, MimeLimits.Default).RunAsync(positions);
        await _output.Writer.FlushAsync();
    }

    private sealed class NullOutput : IFetchOutput
    {
        public PipeWriter Writer { get; } = PipeWriter.Create(Stream.Null, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024));

        public bool Utf8 => false;

        public CancellationToken Closed => CancellationToken.None;

        public bool IsRecent(uint uid) => false;

        public void BeginLine()
        {
        }

        public void EndLine()
        {
        }

        public async ValueTask FlushIfLargeAsync()
        {
            if (Writer.UnflushedBytes > 64 * 1024)
            {
                await Writer.FlushAsync();
            }
        }
    }
}
