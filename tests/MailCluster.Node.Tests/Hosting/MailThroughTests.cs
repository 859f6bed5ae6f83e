using System.Net.Http.Json;
using System.Net.Sockets;
using MailCluster.Node.Hosting;
using MailCluster.Node.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>The pieces are put together right: an account made over the admin socket gets mail by LMTP, reads it by IMAP, and again after a restart.</summary>
public sealed class MailThroughTests
{
    private static System.Net.IPEndPoint EndPoint(NodeHost node, string name) => node.Listeners.Single(listener => listener.Name == name).EndPoint!;

    internal static async Task AddUserAsync(string socket, string user, string password)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        using var response = await client.PostAsJsonAsync(new Uri("http://node/v1/user/add"), new { user, password });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<LineClient> LogInAsync(NodeHost node)
    {
        var imap = await LineClient.ConnectAsync(EndPoint(node, "imaps"), "localhost");
        await imap.ReadToAsync("* OK");
        Assert.Contains("a OK", await imap.AskAsync("a LOGIN alice@example.com secret\r\n", "a "), StringComparison.Ordinal);
        return imap;
    }

    [Theory]
    [InlineData("poller")]
    [InlineData("framework")]
    public async Task MailComesInGoesOutAndStays(string transport)
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder, $"listeners.transport={transport}", "auth.password-scheme=SHA512-CRYPT", "lmtp.add-delivered-to=true", "folders.Archive=null");
        await using (var node = new NodeHost(options, new CapturedLog(), TimeProvider.System))
        {
            await node.StartAsync(CancellationToken.None);
            await AddUserAsync(options.Listeners.Admin.Socket, "alice@example.com", "secret");
            using var imap = await LogInAsync(node);
            Assert.Contains("* 0 EXISTS", await imap.AskAsync("b SELECT INBOX\r\n", "b OK"), StringComparison.Ordinal);

            using var lmtp = await LineClient.ConnectAsync(EndPoint(node, "lmtp"));
            await lmtp.ReadToAsync("220 node.test");
            Assert.Contains("SIZE 67108864", await lmtp.AskAsync("LHLO test\r\n", "250 "), StringComparison.Ordinal);
            await lmtp.AskAsync("MAIL FROM:<bob@example.org>\r\nRCPT TO:<alice+x@example.com>\r\nDATA\r\n", "354");
            await lmtp.AskAsync("Subject: hello\r\n\r\nworld\r\n.\r\n", "250 2.");

            Assert.Contains("* 1 EXISTS", await imap.AskAsync("c NOOP\r\n", "c OK"), StringComparison.Ordinal);
            var body = await imap.AskAsync("d FETCH 1 BODY.PEEK[]\r\n", "d OK");
            Assert.Contains("Delivered-To: alice+x@example.com", body, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("by node.test", body, StringComparison.Ordinal);
            Assert.DoesNotContain("Archive", await imap.AskAsync("e LIST \"\" *\r\n", "e OK"), StringComparison.Ordinal);

            var stopping = node.StopAsync("test");
            await imap.ReadToAsync("* BYE");
            await stopping;
        }
        await using (var node = new NodeHost(options, new CapturedLog(), TimeProvider.System))
        {
            await node.StartAsync(CancellationToken.None);
            using var imap = await LogInAsync(node);
            Assert.Contains("* 1 EXISTS", await imap.AskAsync("b SELECT INBOX\r\n", "b OK"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AStuckClientDoesNotHoldTheStop()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder, "auth.password-scheme=SHA512-CRYPT", "timeouts.drain=200 ms");
        await using var node = new NodeHost(options, new CapturedLog(), TimeProvider.System);
        await node.StartAsync(CancellationToken.None);
        await AddUserAsync(options.Listeners.Admin.Socket, "alice@example.com", "secret");
        using var imap = await LogInAsync(node);
        await imap.SendAsync("b APPEND INBOX {1000+}\r\nthe rest never comes");
        using var halfHandshake = await LineClient.ConnectAsync(EndPoint(node, "imaps"));
        await halfHandshake.SendAsync("\u0016\u0003\u0001");

        await node.StopAsync("test").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(NodePhase.Stopped, node.State.Phase);
    }
}
