using System.Net;
using MailCluster.Hocon;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using MailCluster.Node.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Hosting;

public sealed class NodeHostTests
{
    internal static NodeOptions Options(TemporaryFolder folder, params string[] settings)
    {
        var configuration = NodeConfiguration.Load(
            null,
            [
                $"data-dir={folder.Path}/data", "node.name=node.test", "listeners.imap.port=0", "listeners.imaps.port=0", "listeners.lmtp.port=0", "listeners.http.port=0",
                "listeners.imap.address=127.0.0.1", "listeners.imaps.address=127.0.0.1",
                "listeners.pop3.port=0", "listeners.pop3s.port=0", "listeners.pop3.address=127.0.0.1", "listeners.pop3s.address=127.0.0.1",
                "listeners.managesieve.port=0", "listeners.managesieve.address=127.0.0.1", .. settings,
            ],
            new InMemoryHoconFiles(),
            _ => null);
        Assert.Empty(configuration.Errors);
        return configuration.Options;
    }

    private static NodeHost Create(NodeOptions options, CapturedLog log) => new(options, log, TimeProvider.System);

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(NodeHost node, string path)
    {
        using var client = new HttpClient();
        var endPoint = node.Listeners.Single(listener => listener.Name == "http").EndPoint;
        using var response = await client.GetAsync(new Uri($"http://{endPoint}{path}"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task StartsServesAndStops()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        await using var node = Create(Options(folder), log);
        await node.StartAsync(CancellationToken.None);

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(node, "/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(node, "/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(node, "/")).Status);
        Assert.Contains("# TYPE dotnet_", (await GetAsync(node, "/metrics")).Text, StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.Contains("mailctl", StringComparison.Ordinal) || line.Contains("MailCluster.Ctl", StringComparison.Ordinal));

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("data")));
        Assert.Equal(Owner, File.GetUnixFileMode(folder.File("data/admin.sock")));
        Assert.Equal(Owner, File.GetUnixFileMode(folder.File("data/tls/key.pem")));
        Assert.Equal(NodePhase.Serving, node.State.Phase);

        await node.StopAsync("test");
        Assert.Equal(NodePhase.Stopped, node.State.Phase);
        Assert.False(File.Exists(folder.File("data/mailcluster.pid")));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task TheDataDirectoryHasOneProcess()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        var first = Create(options, new CapturedLog());
        await using (first)
        {
            await first.StartAsync(CancellationToken.None);
            await using var second = Create(options, new CapturedLog());
            var error = await Assert.ThrowsAsync<NodeStartException>(() => second.StartAsync(CancellationToken.None));
            Assert.Contains($"in use by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        }
        await using var third = Create(options, new CapturedLog());
        await third.StartAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ATakenPortIsSaidAndLeavesNothingOpen()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await using var first = Create(Options(folder), new CapturedLog());
        await first.StartAsync(CancellationToken.None);
        var port = first.Listeners.Single(listener => listener.Name == "http").EndPoint!.Port;
        await using (var second = Create(Options(other, $"listeners.http.port={port}"), new CapturedLog()))
        {
            var error = await Assert.ThrowsAsync<NodeStartException>(() => second.StartAsync(CancellationToken.None));
            Assert.Contains($":{port}", error.Message, StringComparison.Ordinal);
        }
        await using var third = Create(Options(other), new CapturedLog());
        await third.StartAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AnAddressThatIsNotHereIsSaidWithItsListener()
    {
        using var folder = new TemporaryFolder();
        await using var node = Create(Options(folder, "listeners.imaps.address=192.0.2.1"), new CapturedLog());
        var error = await Assert.ThrowsAsync<NodeStartException>(() => node.StartAsync(CancellationToken.None));
        Assert.StartsWith("listener imaps on 192.0.2.1:0 cannot be opened:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpCanSpeakTls()
    {
        using var folder = new TemporaryFolder();
        await using var node = Create(Options(folder, "listeners.http.tls=implicit"), new CapturedLog());
        await node.StartAsync(CancellationToken.None);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.MatchesHostname("node.test") };
        using var client = new HttpClient(handler);
        var endPoint = node.Listeners.Single(listener => listener.Name == "http").EndPoint;
        Assert.Equal("ready\n", await client.GetStringAsync(new Uri($"https://{endPoint}/readyz")));
    }
}
