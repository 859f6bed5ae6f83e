using Microsoft.Extensions.Logging;

namespace MailCluster.Edge;

/// <summary>What every connection handler of a node shares; one per node.</summary>
public sealed class EdgeServices
{
    /// <param name="options">Limits, timeouts, spool.</param>
    /// <param name="time">The clock of everything.</param>
    /// <param name="heartbeat">The timer of all deadlines; the caller owns it.</param>
    /// <param name="connections">The books, on the same heartbeat.</param>
    /// <param name="certificates">Where TLS takes its certificates.</param>
    /// <param name="metrics">The meters.</param>
    /// <param name="loggers">Where the logs go.</param>
    public EdgeServices(
        EdgeOptions options,
        TimeProvider time,
        ConnectionHeartbeat heartbeat,
        EdgeConnections connections,
        ITlsCertificateSource certificates,
        EdgeMetrics metrics,
        ILoggerFactory loggers)
    {
        Options = options;
        Time = time;
        Heartbeat = heartbeat;
        Connections = connections;
        Tls = new TlsAcceptor(certificates, options.Tls);
        Metrics = metrics;
        Log = loggers.CreateLogger("MailCluster.Edge");
        SessionIds = new SessionIdSource(options.HostName);
        Spools = new MessageSpoolFactory(options.Spool);
    }

    public EdgeOptions Options { get; }

    public TimeProvider Time { get; }

    public ConnectionHeartbeat Heartbeat { get; }

    public EdgeConnections Connections { get; }

    public EdgeMetrics Metrics { get; }

    /// <summary>Where messages are received into.</summary>
    public MessageSpoolFactory Spools { get; }

    internal TlsAcceptor Tls { get; }

    internal ILogger Log { get; }

    internal SessionIdSource SessionIds { get; }
}
