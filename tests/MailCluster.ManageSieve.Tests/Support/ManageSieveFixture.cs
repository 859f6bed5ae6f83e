using System.Collections.Immutable;
using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.ManageSieve.Tests.Support;

/// <summary>A node's ManageSieve over real mailboxes in memory, a clock that stands still, three accounts (password: the name).</summary>
internal sealed class ManageSieveFixture : IAsyncDisposable
{
    private readonly EdgeMetrics _edgeMetrics = new();
    private readonly ManageSieveMetrics _metrics = new();
    private readonly InMemoryMailboxes? _mailboxes;

    private ManageSieveFixture(
        InMemoryMailboxes? mailboxes, IMailboxClient client, ManualTimeProvider time, bool allowPlaintext, ManageSieveOptions options, EdgeOptions edge)
    {
        _mailboxes = mailboxes;
        Time = time;
        Heartbeat = new ConnectionHeartbeat(time);
        Connections = new EdgeConnections(edge, Heartbeat);
        Edge = new EdgeServices(edge, time, Heartbeat, Connections, new TestTls(), _edgeMetrics, NullLoggerFactory.Instance);
        var login = new LoginService(new NameIsPassword(), SaslMechanismSet.Default(allowPlaintext), Edge);
        Services = new ManageSieveServices(options, Edge, login, client, new LineChecker(), _metrics, NullLoggerFactory.Instance);
    }

    public static MailboxOptions Limits { get; } = new()
    {
        ScriptsMax = 3,
        ScriptSizeMax = 2000,
        ScriptBytesMax = 4000,
        CommandTimeout = TimeSpan.FromSeconds(1),
    };

    public static ManageSieveOptions Options { get; } = new()
    {
        Implementation = "MailCluster 1.0",
        ScriptSizeMax = 2000,
        Extensions = ["fileinto", "vacation"],
        NotifyMethods = ["mailto"],
    };

    public InMemoryMailboxes Mailboxes => _mailboxes ?? throw new InvalidOperationException("The mailboxes are a cluster's.");

    public ManualTimeProvider Time { get; }

    public ConnectionHeartbeat Heartbeat { get; }

    public EdgeConnections Connections { get; }

    public EdgeServices Edge { get; }

    public ManageSieveServices Services { get; }

    public static async Task<ManageSieveFixture> StartAsync(bool allowPlaintext = true, EdgeOptions? edge = null, ManageSieveOptions? options = null)
    {
        var time = new ManualTimeProvider();
        var mailboxes = await InMemoryMailboxes.StartAsync(time, Limits);
        return new ManageSieveFixture(mailboxes, mailboxes.Client, time, allowPlaintext, options ?? Options, edge ?? new EdgeOptions());
    }

    /// <summary>The ManageSieve side of one node of a cluster, which stays the caller's.</summary>
    public static ManageSieveFixture Of(MailboxCluster cluster, int node, ManualTimeProvider time) =>
        new(null, cluster.Nodes[node].Client, time, allowPlaintext: true, Options, new EdgeOptions());

    public ManageSieveConnectionHandler Handler(TlsMode tls = TlsMode.Off) => new(Services, Edge, new EdgeListener("managesieve", tls));

    public InMemoryConnection Connect(TlsMode tls = TlsMode.Off) => new InMemoryConnection().Start(Handler(tls));

    /// <summary>Connects, reads the greeting and logs in.</summary>
    public async Task<InMemoryConnection> LogInAsync(string user = "alice")
    {
        var client = Connect();
        await ReadAnswerAsync(client);
        await client.SendAsync($"AUTHENTICATE \"PLAIN\" \"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{user}"))}\"\r\n");
        Assert.Equal("OK \"Logged in\"", await ReadAnswerAsync(client));
        return client;
    }

    /// <summary>Reads lines up to a completion result, which is answered.</summary>
    public static async Task<string?> ReadAnswerAsync(InMemoryConnection client)
    {
        string? line;
        do
            line = await client.ReadLineAsync();
        while (line is not null && !line.StartsWith("OK", StringComparison.Ordinal) && !line.StartsWith("NO", StringComparison.Ordinal)
            && !line.StartsWith("BYE", StringComparison.Ordinal));
        return line;
    }

    public async ValueTask DisposeAsync()
    {
        if (_mailboxes is not null)
            await _mailboxes.DisposeAsync();
        Heartbeat.Dispose();
        _edgeMetrics.Dispose();
        _metrics.Dispose();
    }

    private sealed class NameIsPassword : IAuthenticator
    {
        private static readonly ImmutableArray<string> s_names = ["alice", "bob", "carol"];

        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken) =>
            new(s_names.Contains(request.Username) && Encoding.UTF8.GetString(request.Password.Span) == request.Username
                ? new AuthResult { Outcome = AuthOutcome.Success, Account = request.Username + "@example.com" }
                : new AuthResult { Outcome = request.Username == "disabled" ? AuthOutcome.Disabled : AuthOutcome.Failed });
    }

    private sealed class TestTls : ITlsCertificateSource
    {
        public System.Net.Security.SslStreamCertificateContext? Find(string? serverName) => TestCertificates.Localhost;
    }
}
