using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;

namespace MailCluster.Edge;

/// <summary>Makes the server's side of a handshake: versions, resumption, ALPN, certificate by name.</summary>
internal sealed class TlsAcceptor(ITlsCertificateSource certificates, SslProtocols protocols)
{
    // Options are shared by all connections of one certificate and protocol; they die with the certificate.
    private readonly ConditionalWeakTable<SslStreamCertificateContext, Dictionary<string, SslServerAuthenticationOptions>> _options = new();

    public bool IsAvailable => certificates.Find(null) is not null;

    public SslServerAuthenticationOptions Select(string? serverName, string? alpnName)
    {
        var certificate = certificates.Find(serverName) ?? throw new AuthenticationException("There is no certificate.");
        var byAlpn = _options.GetOrCreateValue(certificate);
        lock (byAlpn)
        {
            if (!byAlpn.TryGetValue(alpnName ?? "", out var options))
                byAlpn[alpnName ?? ""] = options = Make(certificate, protocols, alpnName);
            return options;
        }
    }

    private static SslServerAuthenticationOptions Make(SslStreamCertificateContext certificate, SslProtocols protocols, string? alpnName) => new()
    {
        ServerCertificateContext = certificate,
        EnabledSslProtocols = protocols,
        AllowRenegotiation = false,
        AllowTlsResume = true,
        ClientCertificateRequired = false,
        // A client that offers ALPN without our name is talking to another protocol (RFC 7301 §3.2): the handshake fails. One that offers none is served.
        ApplicationProtocols = alpnName is null ? null : [new SslApplicationProtocol(alpnName)],
    };
}
