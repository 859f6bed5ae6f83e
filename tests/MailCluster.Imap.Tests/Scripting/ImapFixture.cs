using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Imap.Tests.Scripting;

/// <summary>Everything an IMAP session needs, in memory: real mailboxes, a clock that stands still, three accounts (password: the name).</summary>
internal sealed class ImapFixture : IAsyncDisposable
{
    private readonly EdgeMetrics _edgeMetrics = new();
    private readonly ImapMetrics _metrics = new();
    private readonly ConnectionHeartbeat _heartbeat;

    private ImapFixture(InMemoryMailboxes mailboxes, ManualTimeProvider time, bool allowPlaintext, ImapOptions? options)
    {
        Mailboxes = mailboxes;
        Time = time;
        _heartbeat = new ConnectionHeartbeat(time);
        var edgeOptions = new EdgeOptions();
        Connections = new EdgeConnections(edgeOptions, _heartbeat);
        Edge = new EdgeServices(edgeOptions, time, _heartbeat, Connections, new TestTls(), _edgeMetrics, NullLoggerFactory.Instance);
        var login = new LoginService(new NameIsPassword(), SaslMechanismSet.Default(allowPlaintext), Edge);
        Services = new ImapServices(
            options ?? new ImapOptions { Version = "1.0" }, Edge, login, mailboxes.Client, mailboxes.Bodies, MimeLimits.Default, _metrics, NullLoggerFactory.Instance);
    }

    public InMemoryMailboxes Mailboxes { get; }

    public ManualTimeProvider Time { get; }

    public EdgeConnections Connections { get; }

    public EdgeServices Edge { get; }

    public ImapServices Services { get; }

    public static async Task<ImapFixture> StartAsync(bool allowPlaintext = true, MailboxOptions? mailboxes = null, ImapOptions? options = null)
    {
        var time = new ManualTimeProvider();
        return new ImapFixture(await InMemoryMailboxes.StartAsync(time, mailboxes), time, allowPlaintext, options);
    }

    public InMemoryConnection Connect(TlsMode tls = TlsMode.Off) =>
        new InMemoryConnection().Start(new ImapConnectionHandler(Services, Edge, new EdgeListener("imap", tls)));

    public async ValueTask DisposeAsync()
    {
        await Mailboxes.DisposeAsync();
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
