using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Peers;

internal static partial class PeerLog
{
    [LoggerMessage(1380, LogLevel.Information, "Listening for peers on {EndPoint} ({Security})")]
    internal static partial void Listening(ILogger log, object endPoint, string security);

    [LoggerMessage(1381, LogLevel.Warning,
        "Peers are not authenticated and traffic between nodes is not encrypted on {EndPoint} (tls = off): whoever reaches this address is a node of the cluster")]
    internal static partial void Unprotected(ILogger log, object endPoint);

    [LoggerMessage(1382, LogLevel.Information, "Connected to node {Node} (generation {Generation}, release {Release}) at {Address}: {Security}, protocol {Version}")]
    internal static partial void Connected(ILogger log, string node, long generation, string release, string address, string security, uint version);

    [LoggerMessage(1383, LogLevel.Information, "Node {Node} (generation {Generation}, release {Release}) connected from {Remote}: {Security}, protocol {Version}")]
    internal static partial void Accepted(ILogger log, string node, long generation, string release, string remote, string security, uint version);

    [LoggerMessage(1384, LogLevel.Warning, "Connection to node {Node} (generation {Generation}) at {Address} {What}: {Reason} ({Failure})")]
    internal static partial void OutboundFailed(ILogger log, string node, long generation, string address, string what, string reason, PeerFailure failure);

    [LoggerMessage(1385, LogLevel.Warning, "Connection of node {Node} (generation {Generation}) from {Remote} broke: {Reason} ({Failure})")]
    internal static partial void InboundBroke(ILogger log, string node, long generation, string remote, string reason, PeerFailure failure);

    [LoggerMessage(1386, LogLevel.Warning, "A peer at {Remote} was refused: {Reason}")]
    internal static partial void Refused(ILogger log, string remote, string reason);

    [LoggerMessage(1387, LogLevel.Debug, "A connection from {Remote} ended before it said who it is: {Reason}")]
    internal static partial void NoHandshake(ILogger log, string remote, string reason);

    [LoggerMessage(1388, LogLevel.Warning, "A {Kind} request of node {Node} failed")]
    internal static partial void HandlerFailed(ILogger log, PeerRequestKind kind, string node, Exception failure);

    [LoggerMessage(1389, LogLevel.Information, "Peer certificate {Subject} from {Path}, valid until {NotAfter:O}")]
    internal static partial void CertificateLoaded(ILogger log, string path, string subject, DateTime notAfter);

    [LoggerMessage(1390, LogLevel.Warning, "The peer certificate {Path} ends on {NotAfter:O}, in {Days} days; then peers refuse this node")]
    internal static partial void CertificateEndsSoon(ILogger log, string path, DateTime notAfter, int days);

    [LoggerMessage(1391, LogLevel.Error, "The peer certificate {Path} could not be loaded again; the one before it stays in use: {Reason}")]
    internal static partial void CertificateReloadFailed(ILogger log, string path, string reason);

    [LoggerMessage(1392, LogLevel.Error, "Accepting peers on {EndPoint} failed and is tried again")]
    internal static partial void AcceptFailed(ILogger log, object endPoint, Exception failure);

    [LoggerMessage(1393, LogLevel.Debug, "A peer did not take the last word and its connection was cut: {Reason}")]
    internal static partial void FarewellFailed(ILogger log, string reason);

    [LoggerMessage(1395, LogLevel.Error, "Serving a peer's connection failed")]
    internal static partial void ConnectionFailed(ILogger log, Exception failure);

    [LoggerMessage(1394, LogLevel.Error, "A listener of peer failures failed")]
    internal static partial void ListenerFailed(ILogger log, Exception failure);
}
