using System.Diagnostics.Metrics;

namespace MailCluster.Edge;

/// <summary>The measurements of the edge, all of meter <c>MailCluster</c> and tagged with the protocol.</summary>
public sealed class EdgeMetrics : IDisposable
{
    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _proxyRefused;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Counter<long> _handshakes;
    private readonly Counter<long> _logins;
    private readonly Counter<long> _failures;

    public EdgeMetrics(IMeterFactory? meters = null)
    {
        // A meter of a factory belongs to the factory.
        Meter = meters is null ? new Meter("MailCluster") : meters.Create("MailCluster");
        _connections = Meter.CreateUpDownCounter<long>("mailcluster.connections", "{connection}", "Connections that are open.");
        _accepted = Meter.CreateCounter<long>("mailcluster.connections.accepted", "{connection}", "Connections taken.");
        _refused = Meter.CreateCounter<long>("mailcluster.connections.refused", "{connection}", "Connections refused, by reason.");
        _proxyRefused = Meter.CreateCounter<long>(
            "mailcluster.proxy.refused", "{connection}", "Connections closed for their PROXY header or the want of one, by reason.");
        _bytesIn = Meter.CreateCounter<long>("mailcluster.received", "By", "Bytes received from clients, after TLS.");
        _bytesOut = Meter.CreateCounter<long>("mailcluster.sent", "By", "Bytes sent to clients, before TLS.");
        _handshakes = Meter.CreateCounter<long>("mailcluster.tls.handshakes", "{handshake}", "TLS handshakes, by outcome.");
        _logins = Meter.CreateCounter<long>("mailcluster.logins", "{login}", "Login attempts, by outcome.");
        _failures = Meter.CreateCounter<long>("mailcluster.sessions.failed", "{session}", "Sessions that ended by a bug.");
    }

    internal Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    internal void ConnectionOpened(string protocol)
    {
        _connections.Add(1, Tag(protocol));
        _accepted.Add(1, Tag(protocol));
    }

    internal void ConnectionClosed(string protocol) => _connections.Add(-1, Tag(protocol));

    internal void ConnectionRefused(string protocol, EdgeRefusal reason) => _refused.Add(1, Tag(protocol), new("reason", reason.ToString()));

    internal void ProxyRefused(string protocol, ProxyFault reason) => _proxyRefused.Add(1, Tag(protocol), new("reason", reason.ToString()));

    internal void Received(string protocol, long bytes) => _bytesIn.Add(bytes, Tag(protocol));

    internal void Sent(string protocol, long bytes) => _bytesOut.Add(bytes, Tag(protocol));

    internal void Handshake(string protocol, bool ok) => _handshakes.Add(1, Tag(protocol), new("outcome", ok ? "ok" : "failed"));

    internal void Login(string protocol, LoginOutcome outcome) => _logins.Add(1, Tag(protocol), new("outcome", outcome.ToString()));

    internal void SessionFailed(string protocol) => _failures.Add(1, Tag(protocol));

    private static KeyValuePair<string, object?> Tag(string protocol) => new("protocol", protocol);
}
