using System.Net;
using MailCluster.Node.Hosting;
using MailCluster.Node.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>A node behind a balancer, over real sockets: every mail listener believes the header of a trusted network, and of no other.</summary>
public sealed class ProxyProtocolTests
{
    private const string Header = "PROXY TCP4 203.0.113.7 198.51.100.1 40000 143\r\n";

    private static readonly string[] Required =
    [
        "listeners.imap.proxy-protocol=required", "listeners.imaps.proxy-protocol=required", "listeners.lmtp.proxy-protocol=required",
        "listeners.pop3.proxy-protocol=required", "listeners.pop3s.proxy-protocol=required",
        "listeners.managesieve.proxy-protocol=required",
        "auth.password-scheme=SHA512-CRYPT", "auth.failure-delay=0 s",
    ];

    [Fact]
    public async Task LogsAndReceivedLinesNameTheClient()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        await using var node = new NodeHost(
            NodeHostTests.Options(folder, [.. Required, "listeners.proxy-networks=[\"127.0.0.0/8\"]"]), log, TimeProvider.System);
        await node.StartAsync(CancellationToken.None);
        await MailThroughTests.AddUserAsync(folder.File("data/admin.sock"), "alice@example.com", "secret");

        using var lmtp = await LineClient.ConnectAsync(EndPoint(node, "lmtp"), before: Header);
        await lmtp.ReadToAsync("220 node.test");
        await lmtp.AskAsync("LHLO mx\r\n", "250 ");
        await lmtp.AskAsync("MAIL FROM:<bob@example.org>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n", "354");
        await lmtp.AskAsync("Subject: hello\r\n\r\nworld\r\n.\r\n", "250 2.");

        using var imap = await LineClient.ConnectAsync(EndPoint(node, "imap"), before: Header);
        await imap.ReadToAsync("* OK");
        using var imaps = await LineClient.ConnectAsync(EndPoint(node, "imaps"), "localhost", Header);
        await imaps.ReadToAsync("* OK");
        await imaps.AskAsync("a LOGIN alice@example.com wrong\r\n", "a NO");
        await imaps.AskAsync("b LOGIN alice@example.com secret\r\n", "b OK");
        await imaps.AskAsync("c SELECT INBOX\r\n", "c OK");
        Assert.Contains("[203.0.113.7]", await imaps.AskAsync("d FETCH 1 BODY.PEEK[HEADER]\r\n", "d OK"), StringComparison.Ordinal);

        using var pop3 = await LineClient.ConnectAsync(EndPoint(node, "pop3"), before: Header);
        await pop3.ReadToAsync("+OK");
        using var pop3s = await LineClient.ConnectAsync(EndPoint(node, "pop3s"), "localhost", Header);
        await pop3s.ReadToAsync("+OK");
        await pop3s.AskAsync("USER alice@example.com\r\n", "+OK");
        await pop3s.AskAsync("PASS secret\r\n", "+OK");
        await pop3s.AskAsync("QUIT\r\n", "+OK");

        Assert.Contains(log.Lines, line => line.Contains("login: protocol=pop3", StringComparison.Ordinal) && line.Contains("rip=203.0.113.7", StringComparison.Ordinal));
        using var sieve = await LineClient.ConnectAsync(EndPoint(node, "managesieve"), before: Header);
        await sieve.ReadToAsync("OK");

        Assert.Contains(log.Lines, line => line.Contains("auth failed", StringComparison.Ordinal) && line.Contains("rip=203.0.113.7", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("login: protocol=imap", StringComparison.Ordinal) && line.Contains("rip=203.0.113.7", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("rip=127.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClientThatComesDirectlyIsNotServed()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        await using var node = new NodeHost(
            NodeHostTests.Options(folder, [.. Required, "listeners.proxy-networks=[\"192.0.2.0/24\", \"2001:db8::/32\"]"]), log, TimeProvider.System);
        await node.StartAsync(CancellationToken.None);
        foreach (var listener in new[] { "imap", "imaps", "pop3", "pop3s", "lmtp", "managesieve" })
        {
            using var client = await LineClient.ConnectAsync(EndPoint(node, listener), before: Header);
            Assert.Null(await client.ReadOrEndAsync());
        }
        Assert.Equal(6, log.Lines.Count(line => line.EndsWith("reason=Untrusted proxy=127.0.0.1", StringComparison.Ordinal)));
    }

    private static IPEndPoint EndPoint(NodeHost node, string name) => node.Listeners.Single(listener => listener.Name == name).EndPoint!;
}
