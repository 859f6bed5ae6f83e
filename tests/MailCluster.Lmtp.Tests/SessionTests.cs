using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp.Tests;

/// <summary>TLS, timeouts, draining, and a real socket.</summary>
public sealed class SessionTests
{
    private const string Envelope = "LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\n";

    [Fact]
    public async Task Starttls_forgets_what_was_said_before_and_the_trace_says_LMTPS()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect(TlsMode.StartTls);
        await client.SendAsync("LHLO plain\r\nMAIL FROM:<a@b>\r\nSTARTTLS\r\n");
        string? line;
        var offered = false;
        while ((line = await client.ReadLineAsync()) != "220 2.0.0 Begin TLS")
            offered |= line == "250-STARTTLS";
        Assert.True(offered);

        await using var tls = await AuthenticateAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        await tls.WriteAsync("RCPT TO:<alice@example.com>\r\nSTARTTLS\r\nLHLO inside\r\n"u8.ToArray());
        Assert.Equal("503 5.5.1 Say LHLO first", await reader.ReadLineAsync());
        Assert.Equal("503 5.5.1 TLS is on already", await reader.ReadLineAsync());
        while (!(line = await reader.ReadLineAsync())!.StartsWith("250 ", StringComparison.Ordinal))
            Assert.NotEqual("250-STARTTLS", line);
        await tls.WriteAsync("MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"u8.ToArray());
        Assert.EndsWith("250 2.0.0 <alice@example.com> Saved\r\n221 2.0.0 Goodbye\r\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Contains(
            "from inside ([192.0.2.1])\r\n\tby mx.example.com with LMTPS id ",
            Encoding.Latin1.GetString((await lmtp.BodiesAsync("alice"))[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_behind_starttls_are_not_run()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect(TlsMode.StartTls);
        await client.SendAsync("STARTTLS\r\nLHLO injected\r\n");
        Assert.Equal(
            "220 mx.example.com LMTP MailCluster ready\r\n503 5.5.1 Nothing may follow STARTTLS before its answer\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Implicit_tls()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect(TlsMode.Implicit);
        await using var tls = await AuthenticateAsync(client);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        await tls.WriteAsync(Encoding.Latin1.GetBytes(Envelope + "BDAT 2 LAST\r\nhiQUIT\r\n"));
        Assert.EndsWith("<alice@example.com> Saved\r\n221 2.0.0 Goodbye\r\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(["hi"], await lmtp.MessagesAsync("alice"));
    }

    [Fact]
    public async Task A_silent_client_is_told_and_disconnected()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect();
        Assert.Equal("220 mx.example.com LMTP MailCluster ready", await client.ReadLineAsync());
        await TimeOutAsync(lmtp, client);
        Assert.Equal("421 4.4.2 Timeout\r\n", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("DATA\r\nhalf")]
    [InlineData("BDAT 100 LAST\r\nhalf")]
    public async Task A_client_that_stops_in_the_middle_of_a_message_is_told_and_nothing_is_delivered(string begin)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect();
        await client.SendAsync(Envelope + begin);
        await Poll.UntilAsync(() => lmtp.Edge.Spools.MemoryInUse > 0);
        await TimeOutAsync(lmtp, client);
        Assert.EndsWith("421 4.4.2 Timeout\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        await client.Handled;
        Assert.Empty(await lmtp.BodiesAsync("alice"));
        Assert.Equal(0, lmtp.Edge.Spools.MemoryInUse);
    }

    [Fact]
    public async Task A_client_that_trickles_is_cut_off_by_the_rate()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = lmtp.Connect();
        await client.SendAsync(Envelope + "DATA\r\n");
        var session = Assert.Single(lmtp.Connections.List());
        await Poll.UntilAsync(() => lmtp.Connections.List()[0].State == "data");
        // Each piece is well within the time for a piece; all together they are too slow.
        for (var i = 0; i < 40 && !client.Handled.IsCompleted; i++)
        {
            var before = BytesIn(lmtp);
            await client.SendAsync("slow\r\n");
            await Poll.UntilAsync(() => client.Handled.IsCompleted || BytesIn(lmtp) != before);
            lmtp.Time.Advance(TimeSpan.FromSeconds(9));
        }

        Assert.EndsWith("421 4.4.2 Timeout\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(await lmtp.BodiesAsync("alice"));
        Assert.NotEqual(default, session.Id);
    }

    [Fact]
    public async Task Draining_lets_the_message_in_flight_finish()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var idle = lmtp.Connect();
        Assert.NotNull(await idle.ReadLineAsync());
        var busy = lmtp.Connect();
        await busy.SendAsync(Envelope + "DATA\r\nfirst half");
        await Poll.UntilAsync(() => lmtp.Edge.Spools.MemoryInUse > 0);

        var drained = lmtp.Connections.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("421 4.3.2 Shutting down\r\n", await idle.ReadToEndAsync());
        Assert.False(drained.IsCompleted);
        await busy.SendAsync(", second half\r\n.\r\nNOOP\r\n");
        Assert.EndsWith("250 2.0.0 <alice@example.com> Saved\r\n421 4.3.2 Shutting down\r\n", await busy.ReadToEndAsync(), StringComparison.Ordinal);
        await drained;
        Assert.Equal(["first half, second half\r\n"], await lmtp.MessagesAsync("alice"));
        Assert.Equal("421 4.3.2 Shutting down\r\n", await lmtp.Connect().ReadToEndAsync());
    }

    [Fact]
    public async Task Every_outcome_has_its_code_in_the_order_of_the_recipients()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var inner = lmtp.Delivery;
        lmtp.Delivery = new EveryOutcome(inner);
        var replies = await lmtp.TalkAsync(
            "LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\nRCPT TO:<carol@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal(
            ["552 5.2.2 <alice@example.com> The mailbox is full", "554 5.7.1 <bob@example.com> no", "451 4.3.0 <carol@example.com> The mailbox cannot take the message now"],
            replies[^3..]);
    }

    [Fact]
    public async Task Random_bytes_never_hang_or_break_a_session()
    {
        const int seed = 99;
        var random = new Random(seed);
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { MessageSizeMax = 5000, LineBytesMax = 512, ErrorsMax = 20 });
        string[] words =
        [
            "LHLO x\r\n", "MAIL FROM:<a@b>\r\n", "MAIL FROM:<> SIZE=5\r\n", "RCPT TO:<alice@example.com>\r\n", "RCPT TO:<bob@example.com>\r\n",
            "DATA\r\n", "hello\r\n", ".\r\n", "..\r\n", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "abc", "abcde", "RSET\r\n", "NOOP\r\n", "VRFY x\r\n", "HELP\r\n",
            "STARTTLS\r\n", "\r\n", "\n", "\0", "LHLO", " ", "<", ">", "BDAT 99999999999999999999\r\n", "MAIL FROM:<\"\\\r\n",
        ];
        for (var round = 0; round < 400; round++)
        {
            var script = new StringBuilder(random.Next(4) == 0 ? "" : Envelope);
            for (var i = random.Next(30); i > 0; i--)
                script.Append(words[random.Next(words.Length)]);
            var bytes = Encoding.Latin1.GetBytes(script.ToString());
            for (var i = random.Next(4); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var client = lmtp.Connect();
            var at = 0;
            while (at < bytes.Length)
            {
                var piece = random.Next(1, Math.Min(200, bytes.Length - at) + 1);
                await client.SendAsync(bytes.AsMemory(at, piece));
                at += piece;
            }

            client.CloseOutput();
            var text = await client.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await client.Handled;
            foreach (var line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
                Assert.True(line.Length > 3 && line[0] is >= '2' and <= '5' && line[3] is ' ' or '-', $"seed {seed}, round {round}: {line}");
        }

        Assert.Equal(0, lmtp.Edge.Spools.MemoryInUse);
        Assert.Equal(0, lmtp.Connections.Count);
    }

    [Fact]
    public async Task Over_a_real_socket()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Run(lmtp.Handler().OnConnectedAsync)));
        await using var app = builder.Build();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(address).Port);
        var stream = socket.GetStream();
        var random = new Random(3);
        var body = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
            body.Append(i).Append(' ').Append('x', random.Next(80)).Append("\r\n");
        var script = Encoding.Latin1.GetBytes(Envelope + "DATA\r\n" + body + ".\r\nQUIT\r\n");
        var reading = new StreamReader(stream, Encoding.Latin1).ReadToEndAsync();
        for (var at = 0; at < script.Length;)
        {
            var piece = Math.Min(random.Next(1, 30_000), script.Length - at);
            await stream.WriteAsync(script.AsMemory(at, piece));
            at += piece;
        }

        // Nothing more to say, but all to hear.
        socket.Client.Shutdown(SocketShutdown.Send);
        Assert.EndsWith("<alice@example.com> Saved\r\n221 2.0.0 Goodbye\r\n", await reading, StringComparison.Ordinal);
        Assert.Equal(body.ToString(), (await lmtp.MessagesAsync("alice"))[0]);
        await app.StopAsync();
    }

    private static long BytesIn(LmtpFixture lmtp) => lmtp.Connections.List() is [var only] ? only.BytesIn : -1;

    private static async Task TimeOutAsync(LmtpFixture lmtp, InMemoryConnection client)
    {
        // A second at a time: the deadline may be set while the clock moves.
        var session = lmtp.Connections.List()[0].Id;
        for (var i = 0; i < 400 && lmtp.Connections.List().Any(s => s.Id == session); i++)
        {
            lmtp.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await client.Handled;
    }

    private static async Task<SslStream> AuthenticateAsync(InMemoryConnection client)
    {
        var tls = new SslStream(new PipeDuplexStream(client));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return tls;
    }

    /// <summary>Answers outcomes of all kinds.</summary>
    private sealed class EveryOutcome(IDeliveryService inner) : IDeliveryService
    {
        public ValueTask<RecipientResolution> ResolveAsync(RecipientAddress address, CancellationToken cancellationToken) =>
            inner.ResolveAsync(address, cancellationToken);

        public ValueTask<ImmutableArray<DeliveryOutcome>> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken) =>
            new([DeliveryOutcome.OverQuota, new DeliveryOutcome(DeliveryStatus.Refused, "no"), DeliveryOutcome.TemporaryFailure]);
    }
}
