using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Cluster.Peers.Tls;

/// <summary>What this node shows to its peers, and what it believes them by. Asked for each new connection.</summary>
public interface IPeerCertificates
{
    PeerCredentials Current { get; }
}

/// <summary>A node's certificate with its key, and the authorities of its cluster.</summary>
/// <param name="Certificate">With the intermediates that lead to the authority, if there are any.</param>
/// <param name="Authorities">Peers are verified against these and nothing else; the system's store is not asked.</param>
public sealed record PeerCredentials(SslStreamCertificateContext Certificate, X509Certificate2Collection Authorities);
