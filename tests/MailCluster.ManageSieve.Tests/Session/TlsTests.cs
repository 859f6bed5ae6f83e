using System.Net.Security;
using System.Text;
using MailCluster.Edge;
using MailCluster.ManageSieve.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.ManageSieve.Tests.Session;

/// <summary>STARTTLS, and what is told before and after.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Without_tls_no_mechanism_is_offered_that_needs_it()
    {
        await using var fixture = await ManageSieveFixture.StartAsync(allowPlaintext: false);
        var client = fixture.Connect(TlsMode.StartTls);
        var greeting = await ReadAsync(client.ReadLineAsync);
        Assert.Contains("\"SASL\" \"\"", greeting);
        Assert.Contains("\"STARTTLS\"", greeting);
        await client.SendAsync("AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n");
        Assert.Equal("NO (ENCRYPT-NEEDED) \"Begin TLS before you log in\"", await client.ReadLineAsync());
    }

    [Fact]
    public async Task Under_tls_the_server_speaks_first_and_starttls_is_no_longer_offered()
    {
        await using var fixture = await ManageSieveFixture.StartAsync(allowPlaintext: false);
        var client = fixture.Connect(TlsMode.StartTls);
        await ReadAsync(client.ReadLineAsync);
        await client.SendAsync("StartTls\r\n");
        Assert.Equal("OK \"Begin TLS now\"", await client.ReadLineAsync());
        await using var tls = await HandshakeAsync(client);
        Assert.Equal("managesieve", Encoding.ASCII.GetString(tls.NegotiatedApplicationProtocol.Protocol.Span));
        using var reader = new StreamReader(tls, Encoding.Latin1);

        var capabilities = await ReadAsync(reader.ReadLineAsync);
        Assert.Contains("\"SASL\" \"PLAIN LOGIN\"", capabilities);
        Assert.DoesNotContain("\"STARTTLS\"", capabilities);
        Assert.Equal("OK \"TLS is on\"", capabilities[^1]);
        await tls.WriteAsync("STARTTLS\r\nAUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\nLOGOUT\r\n"u8.ToArray());
        Assert.Equal("NO \"TLS is on already\"\r\nOK \"Logged in\"\r\nOK \"Logout completed\"\r\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Nothing_sent_behind_starttls_is_run()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = fixture.Connect(TlsMode.StartTls);
        await ReadAsync(client.ReadLineAsync);
        await client.SendAsync("STARTTLS\r\nNOOP \"injected\"\r\n");
        Assert.Equal("BYE \"Nothing may follow STARTTLS before TLS is on\"\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task After_login_starttls_is_neither_offered_nor_done()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = fixture.Connect(TlsMode.StartTls);
        await ReadAsync(client.ReadLineAsync);
        await client.SendAsync("AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\nCAPABILITY\r\nSTARTTLS\r\n");
        Assert.Equal("OK \"Logged in\"", await client.ReadLineAsync());
        Assert.DoesNotContain("\"STARTTLS\"", await ReadAsync(client.ReadLineAsync));
        Assert.Equal("NO \"You are logged in\"", await client.ReadLineAsync());
    }

    [Fact]
    public async Task Implicit_tls()
    {
        await using var fixture = await ManageSieveFixture.StartAsync(allowPlaintext: false);
        var client = fixture.Connect(TlsMode.Implicit);
        await using var tls = await HandshakeAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        var greeting = await ReadAsync(reader.ReadLineAsync);
        Assert.Contains("\"SASL\" \"PLAIN LOGIN\"", greeting);
        Assert.DoesNotContain("\"STARTTLS\"", greeting);
        await tls.WriteAsync("LOGOUT\r\n"u8.ToArray());
        Assert.Equal("OK \"Logout completed\"\r\n", await reader.ReadToEndAsync());
    }

    private static async Task<List<string>> ReadAsync(Func<Task<string?>> readLine)
    {
        var lines = new List<string>();
        do
            lines.Add(await readLine() ?? throw new EndOfStreamException());
        while (!lines[^1].StartsWith("OK", StringComparison.Ordinal));
        return lines;
    }

    private static async Task<SslStream> HandshakeAsync(InMemoryConnection client)
    {
        var tls = new SslStream(new PipeDuplexStream(client));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [new SslApplicationProtocol("managesieve")],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return tls;
    }
}
