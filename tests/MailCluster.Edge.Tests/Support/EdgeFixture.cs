using System.Net.Security;
using MailCluster.Auth.Abuse;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Edge.Tests;

/// <summary>The shared services with a manual clock and one certificate.</summary>
internal sealed class EdgeFixture : IDisposable
{
    public EdgeFixture(EdgeOptions? options = null, ILoggerFactory? loggers = null)
    {
        Heartbeat = new ConnectionHeartbeat(Time);
        options ??= new EdgeOptions();
        Bans = new BanList(new AbuseOptions(), new InMemoryBanStore(), new NoNeighbours(), Time, NullLogger<BanList>.Instance);
        Connections = new EdgeConnections(options, Heartbeat, Bans);
        Metrics = new EdgeMetrics();
        Services = new EdgeServices(options, Time, Heartbeat, Connections, Certificates, Metrics, loggers ?? NullLoggerFactory.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public ConnectionHeartbeat Heartbeat { get; }

    public BanList Bans { get; }

    public EdgeConnections Connections { get; }

    public EdgeMetrics Metrics { get; }

    public EdgeServices Services { get; }

    public FixedCertificates Certificates { get; } = new();

    public EchoHandler Echo(TlsMode tls = TlsMode.Off) => new(Services, new EdgeListener("echo", tls));

    public void Dispose()
    {
        Bans.Dispose();
        Heartbeat.Dispose();
        Metrics.Dispose();
    }

    internal sealed class FixedCertificates : ITlsCertificateSource
    {
        public Dictionary<string, SslStreamCertificateContext> ByName { get; } = [];

        public SslStreamCertificateContext? Default { get; set; } = TestCertificates.Localhost;

        public SslStreamCertificateContext? Find(string? serverName) =>
            serverName is not null && ByName.TryGetValue(serverName, out var found) ? found : Default;
    }
}
