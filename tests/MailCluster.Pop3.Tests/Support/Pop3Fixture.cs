using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>Everything a POP3 session needs, in memory: real mailboxes, a clock that stands still, two accounts (password: the name).</summary>
internal sealed class Pop3Fixture : IAsyncDisposable
{
    private readonly EdgeMetrics _edgeMetrics = new();
    private readonly Pop3Metrics _metrics = new();
    private readonly ConnectionHeartbeat _heartbeat;
    private readonly InMemoryMailboxes? _mailboxes;
    private readonly IMailboxClient _client;
    private readonly IBodyStore _bodies;

    private Pop3Fixture(
        InMemoryMailboxes? mailboxes,
        IMailboxClient client,
        IBodyStore bodies,
        ManualTimeProvider time,
        Pop3Options options,
        bool allowPlaintext,
        ILoggerFactory? loggers = null)
    {
        var log = loggers ?? NullLoggerFactory.Instance;
        _mailboxes = mailboxes;
        _client = client;
        _bodies = bodies;
        Time = time;
        _heartbeat = new ConnectionHeartbeat(time);
        var edge = new EdgeOptions { HostName = "pop.example.com" };
        Connections = new EdgeConnections(edge, _heartbeat);
        Edge = new EdgeServices(edge, time, _heartbeat, Connections, new TestTls(), _edgeMetrics, log);
        var mechanisms = new SaslMechanismSet([.. SaslMechanismSet.Default(allowPlaintext).Offered(isSecure: true), new TestApop()], allowPlaintext);
        var login = new LoginService(new NameIsPassword(), mechanisms, Edge);
        Services = new Pop3Services(options, Edge, login, client, bodies, _metrics, log);
    }

    /// <summary>The mailboxes of a node that is alone.</summary>
    public InMemoryMailboxes Mailboxes => _mailboxes ?? throw new InvalidOperationException("The mailboxes are a cluster's.");

    public ManualTimeProvider Time { get; }

    public EdgeConnections Connections { get; }

    public EdgeServices Edge { get; }

    public Pop3Services Services { get; }

    public static AccountId Alice { get; } = AccountId.Create("alice@example.com");

    public static async Task<Pop3Fixture> StartAsync(Pop3Options? options = null, bool allowPlaintext = true, IBodyStore? bodies = null, ILoggerFactory? loggers = null)
    {
        var time = new ManualTimeProvider();
        var alone = await InMemoryMailboxes.StartAsync(time);
        return new Pop3Fixture(alone, alone.Client, bodies ?? alone.Bodies, time, options ?? new Pop3Options(), allowPlaintext, loggers);
    }

    /// <summary>The POP3 side of one node of a cluster, which stays the caller's.</summary>
    public static Pop3Fixture Of(MailboxCluster cluster, int node, ManualTimeProvider time, Pop3Options? options = null) =>
        new(null, cluster.Nodes[node].Client, cluster.Bodies, time, options ?? new Pop3Options(), allowPlaintext: true);

    public Pop3ConnectionHandler Handler(TlsMode tls = TlsMode.Off) => new(Services, Edge, new EdgeListener("pop3", tls));

    public Pop3Client Connect(TlsMode tls = TlsMode.Off) => new(new InMemoryConnection().Start(Handler(tls)));

    /// <summary>A client that is logged in as alice.</summary>
    public async Task<Pop3Client> LogInAsync()
    {
        var client = Connect();
        await client.ReadAsync();
        Assert.StartsWith("+OK ", await client.AskAsync("USER alice"), StringComparison.Ordinal);
        Assert.Equal("+OK Logged in", await client.AskAsync("PASS alice"));
        return client;
    }

    /// <summary>Adds messages to alice's inbox; one byte for each character up to U+00FF.</summary>
    public async Task<AppendResult> DeliverAsync(params string[] messages)
    {
        var intake = new MessageIntake(_bodies, MimeLimits.Default);
        var stored = new List<NewMessage>();
        foreach (var text in messages)
        {
            using var prepared = intake.Prepare(Encoding.Latin1.GetBytes(text));
            stored.Add(await intake.StoreAsync(
                Alice, prepared, new InternalDate(Time.GetUtcNow()), SystemFlags.None, [], CancellationToken.None));
        }

        return await SendAsync(new AppendMessages(FolderName.Inbox, [.. stored]));
    }

    public ValueTask<TResult> SendAsync<TResult>(MailboxCommand<TResult> command) =>
        _client.SendAsync(Alice, command, CommandContext.None, CancellationToken.None);

    /// <summary>alice's inbox as it is now.</summary>
    public async Task<FolderIndex> InboxAsync()
    {
        using var opened = await _client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, CancellationToken.None);
        return opened.Feed.Current;
    }

    public async ValueTask DisposeAsync()
    {
        Services.Dispose();
        if (_mailboxes is not null)
            await _mailboxes.DisposeAsync();
        _heartbeat.Dispose();
        _edgeMetrics.Dispose();
        _metrics.Dispose();
    }

    private sealed class NameIsPassword : IAuthenticator
    {
        private static readonly string[] Names = ["alice", "bob", "two words"];

        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken) => new(request.Username switch
        {
            "disabled" => new AuthResult { Outcome = AuthOutcome.Disabled },
            "trouble" => new AuthResult { Outcome = AuthOutcome.TemporaryFailure },
            var name when Names.Contains(name) && Encoding.UTF8.GetString(request.Password.Span) == name =>
                new AuthResult { Outcome = AuthOutcome.Success, Account = (name == "bob" ? "bob" : "alice") + "@example.com" },
            _ => new AuthResult { Outcome = AuthOutcome.Failed },
        });
    }

    private sealed class TestTls : ITlsCertificateSource
    {
        public System.Net.Security.SslStreamCertificateContext? Find(string? serverName) => TestCertificates.Localhost;
    }
}
