using System.Text;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Lmtp.Tests;

/// <summary>A node's LMTP over real mailboxes in memory, with alice, bob and carol at example.com.</summary>
internal sealed class LmtpFixture : IAsyncDisposable
{
    private readonly InMemoryMailboxes _mailboxes;
    private readonly DeliveryMetrics _deliveryMetrics = new();
    private readonly EdgeMetrics _edgeMetrics = new();
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "mailcluster-lmtp-" + Guid.NewGuid().ToString("N"));

    private LmtpFixture(InMemoryMailboxes mailboxes, LmtpOptions options, DeliveryOptions delivery, EdgeOptions edge)
    {
        _mailboxes = mailboxes;
        Options = options;
        Heartbeat = new ConnectionHeartbeat(Time);
        edge = edge with { HostName = "mx.example.com", Spool = edge.Spool with { Directory = _directory } };
        Connections = new EdgeConnections(edge, Heartbeat);
        Edge = new EdgeServices(edge, Time, Heartbeat, Connections, new Certificates(), _edgeMetrics, NullLoggerFactory.Instance);
        Delivery = new DeliveryService(
            Directory, new MessageIntake(mailboxes.Bodies, MimeLimits.Default), mailboxes.Client, [], delivery, _deliveryMetrics, TimeProvider.System,
            NullLogger<DeliveryService>.Instance);
        Door = new QuotaDoor(mailboxes.Client, Time, NullLogger<QuotaDoor>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public ConnectionHeartbeat Heartbeat { get; }

    public EdgeConnections Connections { get; }

    public EdgeServices Edge { get; }

    public LmtpOptions Options { get; }

    public InMemoryMailboxes Mailboxes => _mailboxes;

    public FixedDirectory Directory { get; } = new();

    public IDeliveryService Delivery { get; set; }

    public IQuotaDoor Door { get; }

    public static async Task<LmtpFixture> StartAsync(
        LmtpOptions? options = null, DeliveryOptions? delivery = null, EdgeOptions? edge = null, MailboxOptions? mailboxes = null) =>
        new(await InMemoryMailboxes.StartAsync(options: mailboxes), options ?? new LmtpOptions(), delivery ?? new DeliveryOptions { RetryFor = TimeSpan.Zero },
            edge ?? new EdgeOptions { Timeouts = new EdgeTimeouts { EndGrace = TimeSpan.FromDays(1) } }); // Tests move the clock faster than a session says its last word.

    public LmtpConnectionHandler Handler(TlsMode tls = TlsMode.Off) =>
        new(Edge, new EdgeListener("lmtp", tls), Delivery, Door, Options, NullLogger<LmtpConnectionHandler>.Instance);

    public InMemoryConnection Connect(TlsMode tls = TlsMode.Off) => new InMemoryConnection().Start(Handler(tls));

    /// <summary>Sends all of a script at once (or a byte at a time), closes, and answers all that the server said.</summary>
    public async Task<string[]> TalkAsync(string script, bool byteByByte = false)
    {
        var client = Connect();
        if (byteByByte)
            await client.SendByteByByteAsync(script);
        else
            await client.SendAsync(script);
        client.CloseOutput();
        var text = await client.ReadToEndAsync();
        await client.Handled;
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        return text[..^2].Split("\r\n");
    }

    public Task<List<byte[]>> BodiesAsync(string user, string folder = "INBOX") => _mailboxes.BodiesAsync(user + "@example.com", folder);

    /// <summary>The messages of a user as text, trace headers cut off.</summary>
    public async Task<List<string>> MessagesAsync(string user, string folder = "INBOX") =>
        [.. (await BodiesAsync(user, folder)).Select(static b => WithoutTrace(Encoding.Latin1.GetString(b)))];

    public static string WithoutTrace(string message)
    {
        Assert.StartsWith("Return-Path: <", message, StringComparison.Ordinal);
        var received = message.IndexOf("\r\nReceived: ", StringComparison.Ordinal);
        var end = received + 2;
        do
            end = message.IndexOf("\r\n", end, StringComparison.Ordinal) + 2;
        while (end < message.Length && message[end] == '\t');
        return message[end..];
    }

    public async ValueTask DisposeAsync()
    {
        Heartbeat.Dispose();
        _deliveryMetrics.Dispose();
        _edgeMetrics.Dispose();
        await _mailboxes.DisposeAsync();
        if (System.IO.Directory.Exists(_directory))
            System.IO.Directory.Delete(_directory, recursive: true);
    }

    private sealed class Certificates : ITlsCertificateSource
    {
        public System.Net.Security.SslStreamCertificateContext? Find(string? serverName) => TestCertificates.Localhost;
    }
}

/// <summary>Three users.</summary>
internal sealed class FixedDirectory : IRecipientDirectory
{
    public HashSet<string> Users { get; } = ["alice@example.com", "bob@example.com", "carol@example.com", "bob+owner@example.com", "päivi@example.com"];

    public bool Unavailable { get; set; }

    public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (Unavailable)
            throw new RecipientDirectoryUnavailableException("The users are away.");
        return new(Users.Contains(name.ToLowerInvariant()) ? AccountId.Create(name) : null);
    }
}
