using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Tests.Proxy;

public sealed class ProxyConnectionTests : IDisposable
{
    private const string Alice = "PROXY TCP4 203.0.113.7 198.51.100.1 40000 143\r\n";
    private static readonly IPEndPoint Balancer = new(IPAddress.Parse("10.0.0.5"), 50_000);

    private readonly CapturedLog _log = new();
    private readonly EdgeFixture _edge;

    public ProxyConnectionTests() => _edge = new EdgeFixture(new EdgeOptions { Limits = new EdgeLimits { ConnectionsPerAddress = 2 } }, _log);

    public void Dispose() => _edge.Dispose();

    private EchoHandler Echo(TlsMode tls = TlsMode.Off, bool login = false) =>
        new(_edge.Services, new EdgeListener("echo", tls) { ProxyNetworks = [IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("2001:db8::/64")] })
        {
            LoginNeeded = login,
        };

    [Fact]
    public async Task The_client_is_whom_the_header_names()
    {
        var echo = Echo();
        var client = new InMemoryConnection(Balancer).Start(echo);
        await client.SendAsync(Alice + "one\r\n");
        Assert.Equal("HELLO", await client.ReadLineAsync());
        Assert.Equal("one", await client.ReadLineAsync());
        var session = Assert.Single(_edge.Connections.List());
        Assert.Equal(("203.0.113.7", 40000), (session.RemoteAddress.ToString(), session.RemotePort));
        Assert.Equal("198.51.100.1:143", (await echo.Connected).LocalEndPoint!.ToString());
        // The header is not the client's.
        Assert.Equal(5, session.BytesIn);

        await client.SendAsync("QUIT\r\n");
        await client.Handled;
        Assert.Contains(_log.Lines, static line => line.StartsWith("disconnected: protocol=echo", StringComparison.Ordinal) && line.Contains("rip=203.0.113.7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_header_may_come_one_byte_at_a_time_and_nothing_is_said_before_it()
    {
        var client = new InMemoryConnection(Balancer).Start(Echo());
        await client.SendByteByByteAsync(Alice[..^1]);
        Assert.False(client.Input.TryRead(out _));
        Assert.Equal("proxy-header", Assert.Single(_edge.Connections.List()).State);
        await client.SendByteByByteAsync("\nQUIT\r\n");
        Assert.Equal("HELLO\r\nBYE\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task The_header_is_before_tls_and_the_handshake_may_be_in_the_same_packet()
    {
        var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse("2001:db8::5"), 1)).Start(Echo(TlsMode.Implicit));
        var header = ProxyHeaderCorpus.Binary(0x21, 0x21, ProxyHeaderCorpus.IPv6);
        await client.SendAsync(header);
        await using var tls = new SslStream(new PipeDuplexStream(client), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("HELLO", await reader.ReadLineAsync());
        Assert.Equal("2001:db8::1", Assert.Single(_edge.Connections.List()).RemoteAddress.ToString());
    }

    [Fact]
    public async Task A_mapped_address_counts_as_the_IPv4_it_is()
    {
        var client = new InMemoryConnection(Balancer).Start(Echo());
        await client.SendAsync("PROXY TCP6 ::ffff:203.0.113.7 ::ffff:198.51.100.1 40000 143\r\n");
        Assert.Equal("HELLO", await client.ReadLineAsync());
        Assert.Equal("203.0.113.7", Assert.Single(_edge.Connections.List()).RemoteAddress.ToString());
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("10.0.1.5")]
    [InlineData("2001:db8:0:1::5")]
    public async Task A_header_from_elsewhere_closes_the_connection_with_a_line(string from)
    {
        var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse(from), 7)).Start(Echo());
        await client.SendAsync(Alice);
        Assert.Equal("", await client.ReadToEndAsync());
        await client.Handled;
        Assert.Equal([$"proxy header refused: protocol=echo reason=Untrusted proxy={from}"], _log.Lines);
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task A_balancer_on_a_mapped_address_is_known()
    {
        var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse("::ffff:10.0.0.9"), 7)).Start(Echo());
        await client.SendAsync(Alice);
        Assert.Equal("HELLO", await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("a LOGIN alice secret\r\n", "NoHeader")]
    [InlineData("PROXY TCP4 1 2 3 4\r\n", "Address")]
    public async Task What_is_no_header_closes_the_connection_with_a_line(string bytes, string reason)
    {
        using var meters = new Refusals(_edge.Metrics);
        var client = new InMemoryConnection(Balancer).Start(Echo());
        await client.SendAsync(bytes);
        Assert.Equal("", await client.ReadToEndAsync());
        await client.Handled;
        Assert.Equal([$"proxy header refused: protocol=echo reason={reason} proxy=10.0.0.5"], _log.Lines);
        Assert.Equal([reason], meters.Reasons);
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task Half_a_header_is_told_of_and_none_is_not()
    {
        var half = new InMemoryConnection(Balancer).Start(Echo());
        await half.SendAsync(Alice[..20]);
        half.CloseOutput();
        await half.Handled;
        var none = new InMemoryConnection(Balancer).Start(Echo());
        none.CloseOutput();
        await none.Handled;
        Assert.Equal(["proxy header refused: protocol=echo reason=Incomplete proxy=10.0.0.5"], _log.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_header_must_come_within_the_login_timeout(bool hasLogin)
    {
        var client = new InMemoryConnection(Balancer).Start(Echo(login: hasLogin));
        await client.SendAsync(Alice[..10]);
        await Poll.UntilAsync(() => _edge.Connections.Count == 1);
        _edge.Time.Advance(TimeSpan.FromSeconds(178));
        Assert.False(client.Handled.IsCompleted);
        _edge.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("", await client.ReadToEndAsync());
        await client.Handled;
        Assert.Equal(["proxy header refused: protocol=echo reason=Late proxy=10.0.0.5"], _log.Lines);
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task The_deadline_of_the_header_is_none_for_a_protocol_without_login()
    {
        var client = new InMemoryConnection(Balancer).Start(Echo());
        await client.SendAsync(Alice);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        _edge.Time.Advance(TimeSpan.FromMinutes(4));
        await client.SendAsync("QUIT\r\n");
        Assert.Equal("BYE\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task The_login_timeout_counts_from_the_connection_not_from_the_header()
    {
        var client = new InMemoryConnection(Balancer).Start(Echo(login: true));
        await Poll.UntilAsync(() => _edge.Connections.Count == 1);
        _edge.Time.Advance(TimeSpan.FromMinutes(2));
        await client.SendAsync(Alice);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        _edge.Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal("BYE LoginTimeout\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Limits_count_the_client_not_the_balancer()
    {
        async Task<InMemoryConnection> ConnectAsync(string address)
        {
            var client = new InMemoryConnection(Balancer).Start(Echo());
            await client.SendAsync($"PROXY TCP4 {address} 198.51.100.1 40000 143\r\n");
            return client;
        }

        var clients = new List<InMemoryConnection>();
        foreach (var address in new[] { "203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.2", "203.0.113.3" })
            clients.Add(await ConnectAsync(address));
        foreach (var client in clients)
            Assert.Equal("HELLO", await client.ReadLineAsync());
        Assert.Equal("BYE TooManyFromAddress\r\n", await (await ConnectAsync("203.0.113.1")).ReadToEndAsync());
        Assert.Contains("connection refused: protocol=echo reason=TooManyFromAddress rip=203.0.113.1", _log.Lines);

        await clients[0].SendAsync("QUIT\r\n");
        await clients[0].Handled;
        // Its place is free, and only one.
        Assert.Equal("HELLO", await (await ConnectAsync("203.0.113.1")).ReadLineAsync());
        Assert.Equal("BYE TooManyFromAddress\r\n", await (await ConnectAsync("203.0.113.1")).ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_is_one_too_many_hears_it_inside_tls()
    {
        var held = new List<InMemoryConnection>();
        for (var i = 0; i < 2; i++)
        {
            held.Add(new InMemoryConnection(Balancer).Start(Echo()));
            await held[i].SendAsync(Alice);
            Assert.Equal("HELLO", await held[i].ReadLineAsync());
        }

        var client = new InMemoryConnection(Balancer).Start(Echo(TlsMode.Implicit));
        await client.SendAsync(Alice);
        await using var tls = new SslStream(new PipeDuplexStream(client), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("BYE TooManyFromAddress", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Connections_without_a_header_yet_count_against_the_limit_of_all()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = new EdgeLimits { Connections = 1 } });
        EchoHandler Handler() => new(edge.Services, new EdgeListener("echo", TlsMode.Off) { ProxyNetworks = [IPNetwork.Parse("10.0.0.0/24")] });
        var waiting = new InMemoryConnection(Balancer).Start(Handler());
        await Poll.UntilAsync(() => edge.Connections.Count == 1);
        var refused = new InMemoryConnection(Balancer).Start(Handler());
        await refused.SendAsync(Alice);
        Assert.Equal("", await refused.ReadToEndAsync());
        await waiting.SendAsync(Alice);
        Assert.Equal("HELLO", await waiting.ReadLineAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_balancers_own_connection_keeps_its_address_and_leaves_no_line(bool isLocal)
    {
        var client = new InMemoryConnection(Balancer).Start(Echo());
        await client.SendAsync(isLocal ? ProxyHeaderCorpus.Binary(0x20, 0x00, []) : "PROXY UNKNOWN\r\n"u8.ToArray());
        Assert.Equal("HELLO", await client.ReadLineAsync());
        var session = Assert.Single(_edge.Connections.List());
        Assert.Equal(("10.0.0.5", 50_000, "connected"), (session.RemoteAddress.ToString(), session.RemotePort, session.State));
        await client.SendAsync("QUIT\r\n");
        await client.Handled;
        // A client that the balancer does not know is a client: only health checks go unsaid.
        Assert.Equal(isLocal ? 0 : 1, _log.Lines.Count);
    }

    [Fact]
    public async Task A_drain_ends_those_that_wait_for_a_header()
    {
        var waiting = new InMemoryConnection(Balancer).Start(Echo());
        await Poll.UntilAsync(() => _edge.Connections.Count == 1);
        var drained = _edge.Connections.DrainAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("", await waiting.ReadToEndAsync());
        await drained;
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_connection_that_waits_for_a_header_can_be_kicked()
    {
        var echo = Echo(login: true);
        var client = new InMemoryConnection(Balancer).Start(echo);
        await Poll.UntilAsync(() => _edge.Connections.Count == 1);
        Assert.True(_edge.Connections.Kick(Assert.Single(_edge.Connections.List()).Id));
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_login_behind_a_balancer_counts_as_the_clients()
    {
        var echo = Echo(login: true);
        var client = new InMemoryConnection(Balancer).Start(echo);
        await client.SendAsync(ProxyHeaderCorpus.Binary(0x20, 0x00, []));
        Assert.Equal("HELLO", await client.ReadLineAsync());
        Assert.True((await echo.Connected).TryLogIn(AccountId.Create("alice@example.com")));
        await client.SendAsync("QUIT\r\n");
        await client.Handled;
        // Whoever logs in leaves a line, even if it called itself a health check.
        Assert.StartsWith("disconnected: protocol=echo user=<alice@example.com>", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private sealed class Refusals : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Refusals(EdgeMetrics metrics)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == metrics.Meter && instrument.Name == "mailcluster.proxy.refused")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Reasons.Enqueue(tags.ToArray().Single(static tag => tag.Key == "reason").Value!.ToString()!));
            _listener.Start();
        }

        public ConcurrentQueue<string> Reasons { get; } = new();

        public void Dispose() => _listener.Dispose();
    }
}
