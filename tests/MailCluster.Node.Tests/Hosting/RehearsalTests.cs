using MailCluster.Node.Hosting;
using MailCluster.Node.Hosting.Rehearsals;
using MailCluster.Node.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>The commands that a node runs before its first client.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task Each_command_is_carried_out()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, await Rehearsal.PlayAsync(NodeHostTests.Options(folder), TimeProvider.System));
    }

    [Fact]
    public async Task A_limit_that_is_in_the_way_is_no_failure()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder);
        Assert.NotEqual(0, await Rehearsal.PlayAsync(options with { Limits = options.Limits with { Folders = 1 } }, TimeProvider.System));
    }

    [Fact]
    public async Task It_leaves_no_trace_in_the_log_or_the_storage()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder, "node.rehearsal=true");
        var log = new CapturedLog();
        await using var node = new NodeHost(options, log, TimeProvider.System);
        await node.StartAsync(CancellationToken.None);
        Assert.DoesNotContain(log.Lines, line => line.Contains("rehears", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("rehearsal@localhost", File.ReadAllText(Path.Combine(options.DataDirectory, "mailcluster.db"), System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }
}
