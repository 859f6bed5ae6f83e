using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using MailCluster.Testing;

namespace MailCluster.Edge.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly EdgeFixture _edge = new();

    public void Dispose() => _edge.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2 ")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3 ")]
    public async Task Implicit_tls(SslProtocols version, string description)
    {
        var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.Implicit));
        await using var tls = await ConnectAsync(client, o => o.EnabledSslProtocols = version);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("HELLO", await reader.ReadLineAsync());
        await tls.WriteAsync("TLS\r\n"u8.ToArray());
        Assert.StartsWith(description, await reader.ReadLineAsync(), StringComparison.Ordinal);
        await tls.WriteAsync("QUIT\r\n"u8.ToArray());
        Assert.Equal("BYE", await reader.ReadLineAsync());
        // close_notify came: the end is clean.
        Assert.Null(await reader.ReadLineAsync());
        await client.Handled;
    }

    [Fact]
    public async Task Starttls_then_the_session_goes_on_inside()
    {
        var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.StartTls));
        Assert.Equal("HELLO", await client.ReadLineAsync());
        await client.SendAsync("before\r\n");
        Assert.Equal("before", await client.ReadLineAsync());
        await client.SendAsync("STARTTLS\r\n");
        Assert.Equal("GO", await client.ReadLineAsync());
        await using var tls = await ConnectAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        await tls.WriteAsync("inside\r\nSTARTTLS\r\nQUIT\r\n"u8.ToArray());
        Assert.Equal("inside", await reader.ReadLineAsync());
        // Not offered twice: an unknown line to the echo.
        Assert.Equal("STARTTLS", await reader.ReadLineAsync());
        Assert.Equal("BYE", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Commands_pipelined_after_starttls_are_never_run()
    {
        var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.StartTls));
        Assert.Equal("HELLO", await client.ReadLineAsync());
        await client.SendAsync("STARTTLS\r\ninjected\r\n");
        Assert.Equal("BAD pipelined\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Bytes_pipelined_before_the_handshake_break_it()
    {
        var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.StartTls));
        Assert.Equal("HELLO", await client.ReadLineAsync());
        await client.SendAsync("STARTTLS\r\n");
        Assert.Equal("GO", await client.ReadLineAsync());
        await client.SendAsync("injected\r\n");
        client.CloseOutput();
        Assert.DoesNotContain("injected", await client.ReadToEndAsync(), StringComparison.Ordinal);
        await client.Handled;
    }

    [Fact]
    public async Task Wakes_do_not_disturb_tls()
    {
        var echo = _edge.Echo(TlsMode.Implicit);
        var client = new InMemoryConnection().Start(echo);
        await using var tls = await ConnectAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("HELLO", await reader.ReadLineAsync());
        var connection = await echo.Connected;
        using var stop = new CancellationTokenSource();
        var waker = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                connection.Wake();
                await Task.Yield();
            }
        });
        for (var i = 0; i < 200; i++)
        {
            var line = $"line {i} {new string('x', i * 37)}";
            await tls.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));
            Assert.Equal(line, await reader.ReadLineAsync());
        }

        await stop.CancelAsync();
        await waker;
        await tls.WriteAsync("QUIT\r\n"u8.ToArray());
        Assert.Equal("BYE", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task A_kicked_tls_session_can_say_goodbye()
    {
        var echo = _edge.Echo(TlsMode.Implicit);
        var client = new InMemoryConnection().Start(echo);
        await using var tls = await ConnectAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("HELLO", await reader.ReadLineAsync());
        Assert.True(_edge.Connections.Kick((await echo.Connected).Id));
        Assert.Equal("BYE Kicked", await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task The_certificate_is_chosen_by_name_and_can_be_swapped()
    {
        _edge.Certificates.ByName["mail.example.org"] = TestCertificates.Create("mail.example.org");
        async Task<string> SubjectAsync(string name)
        {
            var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.Implicit));
            await using var tls = await ConnectAsync(client, o => o.TargetHost = name);
            return tls.RemoteCertificate!.Subject;
        }

        Assert.Equal("CN=mail.example.org", await SubjectAsync("mail.example.org"));
        Assert.Equal("CN=localhost", await SubjectAsync("other.example.org"));
        _edge.Certificates.Default = TestCertificates.Create("renewed");
        Assert.Equal("CN=renewed", await SubjectAsync("other.example.org"));
    }

    [Fact]
    public async Task A_client_of_another_protocol_is_refused_by_alpn()
    {
        EchoHandler Handler() => new(_edge.Services, new EdgeListener("echo", TlsMode.Implicit)) { Alpn = "imap" };
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var client = new InMemoryConnection().Start(Handler());
            await ConnectAsync(client, o => o.ApplicationProtocols = [SslApplicationProtocol.Http11]);
        });
        var fitting = new InMemoryConnection().Start(Handler());
        await using var tls = await ConnectAsync(fitting, o => o.ApplicationProtocols = [new SslApplicationProtocol("imap")]);
        Assert.Equal("imap", tls.NegotiatedApplicationProtocol.ToString());
        var silent = new InMemoryConnection().Start(Handler());
        await using var tls2 = await ConnectAsync(silent);
        Assert.True(tls2.IsAuthenticated);
    }

    [Fact]
    public async Task A_handshake_that_takes_too_long_is_cut()
    {
        var client = new InMemoryConnection().Start(_edge.Echo(TlsMode.Implicit));
        await Poll.UntilAsync(() => _edge.Connections.Count == 1);
        await Poll.UntilAsync(() =>
        {
            _edge.Time.Advance(TimeSpan.FromSeconds(16));
            return client.Handled.IsCompleted;
        });
        Assert.NotNull(client.AbortReason);
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task A_refused_client_is_told_inside_tls()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = new EdgeLimits { Connections = 1 } });
        var first = new InMemoryConnection().Start(edge.Echo());
        Assert.Equal("HELLO", await first.ReadLineAsync());
        var client = new InMemoryConnection().Start(edge.Echo(TlsMode.Implicit));
        await using var tls = await ConnectAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.Equal("BYE TooManyConnections", await reader.ReadLineAsync());
    }

    private static async Task<SslStream> ConnectAsync(InMemoryConnection client, Action<SslClientAuthenticationOptions>? change = null)
    {
        var tls = new SslStream(new PipeDuplexStream(client));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        change?.Invoke(options);
        await tls.AuthenticateAsClientAsync(options);
        return tls;
    }
}
