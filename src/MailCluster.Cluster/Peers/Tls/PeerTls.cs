using System.Net.Security;
using System.Security.Authentication;

namespace MailCluster.Cluster.Peers.Tls;

/// <summary>
/// Mutual TLS between nodes. Sessions are not resumed: connections are few and long, and each is to be verified anew.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Security", "CA5359", Justification = "The verdict is kept, and looked at before anything that the peer sends: see PeerCertificateCheck.")]
internal static class PeerTls
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Peers are known by their certificate, not by the name they are called by.</summary>
    private const string ServerName = "peer.mailcluster";

    internal static async Task<(SslStream Stream, PeerCertificateCheck Check)> ConnectAsync(
        Stream inner, PeerCredentials credentials, TimeProvider time, CancellationToken cancellationToken)
    {
        var check = new PeerCertificateCheck(credentials.Authorities, peerIsServer: true, time);
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = ServerName,
                EnabledSslProtocols = Protocols,
                ClientCertificateContext = credentials.Certificate,
                RemoteCertificateValidationCallback = check.Accept,
                AllowTlsResume = false,
                AllowRenegotiation = false,
            },
            cancellationToken);
        return (stream, check);
    }

    internal static async Task<(SslStream Stream, PeerCertificateCheck Check)> AcceptAsync(
        Stream inner, PeerCredentials credentials, TimeProvider time, CancellationToken cancellationToken)
    {
        var check = new PeerCertificateCheck(credentials.Authorities, peerIsServer: false, time);
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = Protocols,
                ServerCertificateContext = credentials.Certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = check.Accept,
                AllowTlsResume = false,
                AllowRenegotiation = false,
            },
            cancellationToken);
        return (stream, check);
    }

    internal static string Describe(Stream stream) => stream is SslStream tls
        ? $"{(tls.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")} {tls.NegotiatedCipherSuite}"
        : "not encrypted";
}
