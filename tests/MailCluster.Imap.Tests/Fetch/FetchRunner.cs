using System.IO.Pipelines;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Session.Handlers;
using MailCluster.Imap.Wire;
using MailCluster.Imap.Wire.Syntax;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;

namespace MailCluster.Imap.Tests.Fetch;

/// <summary>Runs a FETCH as a client writes it, and keeps what it answers.</summary>
internal sealed class FetchRunner : IFetchOutput
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 4096));

    public PipeWriter Writer => _pipe.Writer;

    public bool Utf8 { get; init; }

    public uint RecentFrom { get; init; } = uint.MaxValue;

    public CancellationToken Closed => CancellationToken.None;

    public int OpenLines { get; private set; }

    public int Flushes { get; private set; }

    public FetchRun? Run { get; private set; }

    public static FetchCommand Parse(string arguments)
    {
        var reader = new WireReader(Encoding.UTF8.GetBytes("a FETCH " + arguments), ImapLimits.Default, utf8Names: false);
        var command = CommandSyntax.Read(ref reader, out var rejection);
        Assert.True(command is not null, rejection.Text);
        return (FetchCommand)command;
    }

    /// <summary>Runs <c>FETCH arguments</c> and returns all that was written.</summary>
    public async Task<byte[]> FetchAsync(TestFolder folder, string arguments)
    {
        var command = Parse(arguments);
        Assert.True(command.Set.TryResolve(folder.Index, uid: false, UidSet.Empty, out var positions));
        Run = new FetchRun(new FetchPlan(command.Attributes, command.Sections), folder.Index, folder.Bodies, this, MimeLimits.Default);
        await Run.RunAsync(positions);
        await Writer.FlushAsync();
        await Writer.CompleteAsync();
        var all = new MemoryStream();
        await _pipe.Reader.CopyToAsync(all);
        return all.ToArray();
    }

    public static async Task<string> TextAsync(TestFolder folder, string arguments) =>
        Encoding.UTF8.GetString(await new FetchRunner().FetchAsync(folder, arguments));

    public bool IsRecent(uint uid) => uid >= RecentFrom;

    public void BeginLine() => OpenLines++;

    public void EndLine() => OpenLines--;

    public async ValueTask FlushIfLargeAsync()
    {
        Flushes++;
        if (Writer.UnflushedBytes > 64 * 1024)
            await Writer.FlushAsync();
    }
}
