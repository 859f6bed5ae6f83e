using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Imap.Tests.Scripting;

/// <summary>Everything an IMAP session needs, in memory: real mailboxes, a clock that stands still, three accounts (password: the name).</summary>
internal sealed class ImapFixture : IAsyncDisposable
{
    private readonly EdgeMetrics _edgeMetrics = new();
    private readonly ImapMetrics _metrics = new();
    private readonly ConnectionHeartbeat _heartbeat;

    private readonly InMemoryMailboxes? _mailboxes;

    private ImapFixture(
        InMemoryMailboxes? mailboxes,
        IMailboxClient client,
        IBodyStore bodies,
        ManualTimeProvider time,
        bool allowPlaintext,
        ImapOptions? options,
        EdgeOptions? edge = null)
    {
        _mailboxes = mailboxes;
        Time = time;
        _heartbeat = new ConnectionHeartbeat(time);
        var edgeOptions = edge ?? new EdgeOptions();
        Connections = new EdgeConnections(edgeOptions, _heartbeat);
        Edge = new EdgeServices(edgeOptions, time, _heartbeat, Connections, new TestTls(), _edgeMetrics, NullLoggerFactory.Instance);
        var login = new LoginService(new NameIsPassword(), SaslMechanismSet.Default(allowPlaintext), Edge);
        Services = new ImapServices(
            options ?? new ImapOptions { Version = "1.0" }, Edge, login, client, bodies, MimeLimits.Default, _metrics, NullLoggerFactory.Instance);
    }

    /// <summary>The mailboxes of a node that is alone.</summary>
    public InMemoryMailboxes Mailboxes => _mailboxes ?? throw new InvalidOperationException("The mailboxes are a cluster's.");

    public ManualTimeProvider Time { get; }

    public EdgeConnections Connections { get; }

    public EdgeServices Edge { get; }

    public ImapServices Services { get; }

    public static async Task<ImapFixture> StartAsync(
        bool allowPlaintext = true, MailboxOptions? mailboxes = null, ImapOptions? options = null, EdgeOptions? edge = null)
    {
        var time = new ManualTimeProvider();
        var alone = await InMemoryMailboxes.StartAsync(time, mailboxes);
        return new ImapFixture(alone, alone.Client, alone.Bodies, time, allowPlaintext, options, edge);
    }

    /// <summary>The IMAP side of one node of a cluster, which stays the caller's.</summary>
    public static ImapFixture Of(MailboxCluster cluster, int node, ManualTimeProvider time) =>
        new(null, cluster.Nodes[node].Client, cluster.Bodies, time, allowPlaintext: true, null);

    public InMemoryConnection Connect(TlsMode tls = TlsMode.Off) =>
        new InMemoryConnection().Start(new ImapConnectionHandler(Services, Edge, new EdgeListener("imap", tls)));

    public async ValueTask DisposeAsync()
    {
        if (_mailboxes is not null)
            await _mailboxes.DisposeAsync();
        _heartbeat.Dispose();
        _edgeMetrics.Dispose();
        _metrics.Dispose();
    }

    private sealed class NameIsPassword : IAuthenticator
    {
        private static readonly string[] Names = ["alice", "bob", "carol"];

        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken) =>
            new(Names.Contains(request.Username) && Encoding.UTF8.GetString(request.Password.Span) == request.Username
                ? new AuthResult { Outcome = AuthOutcome.Success, Account = request.Username + "@example.com" }
                : new AuthResult { Outcome = request.Username == "disabled" ? AuthOutcome.Disabled : AuthOutcome.Failed });
    }

    private sealed class TestTls : ITlsCertificateSource
    {
        public System.Net.Security.SslStreamCertificateContext? Find(string? serverName) => TestCertificates.Localhost;
    }
}
