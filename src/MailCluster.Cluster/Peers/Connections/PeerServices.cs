using System.Net.Sockets;
using System.Security.Authentication;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Cluster.Peers.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>What every connection needs.</summary>
internal sealed record PeerServices(PeerOptions Options, IPeerCertificates? Certificates, TimeProvider Time, ILogger Log, PeerMetrics Metrics);

/// <summary>Why a connection ended.</summary>
internal sealed record PeerEnding(PeerFailure Failure, string Reason)
{
    /// <summary>What an error of the socket, of TLS or of the frames says of the peer.</summary>
    internal static PeerEnding Of(Exception error) => error switch
    {
        FrameException => new PeerEnding(PeerFailure.Rejected, error.Message),
        AuthenticationException => new PeerEnding(PeerFailure.Rejected, $"TLS: {error.InnerException?.Message ?? error.Message}"),
        SocketException socket => new PeerEnding(
            socket.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
                ? PeerFailure.ProcessGone
                : PeerFailure.Silent,
            error.Message),
        OperationCanceledException => new PeerEnding(PeerFailure.Silent, "no answer in time"),
        ConnectionResetException => new PeerEnding(PeerFailure.ProcessGone, "connection reset"),
        EndOfStreamException => new PeerEnding(PeerFailure.ProcessGone, error.Message),
        IOException { InnerException: SocketException or AuthenticationException } => Of(error.InnerException!),
        IOException or ObjectDisposedException or ConnectionAbortedException => new PeerEnding(PeerFailure.ProcessGone, error.Message),
        _ => new PeerEnding(PeerFailure.Rejected, $"{error.GetType().Name}: {error.Message}"),
    };
}
