using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Edge;

/// <summary>Makes the server's side of a handshake: versions, cipher suites, resumption, ALPN, certificate by name, certificates of clients.</summary>
internal sealed class TlsAcceptor(ITlsCertificateSource certificates, TlsPolicy policy)
{
    private readonly CipherSuitesPolicy? _cipherSuites =
        policy.CipherSuites.Count > 0 && OperatingSystem.IsLinux() ? new CipherSuitesPolicy(policy.CipherSuites) : null;

    // Options are shared by all connections of one certificate and protocol; they die with the certificate.
    private readonly ConditionalWeakTable<SslStreamCertificateContext, Dictionary<string, SslServerAuthenticationOptions>> _options = new();

    public bool IsAvailable => certificates.Find(null) is not null;

    /// <param name="serverName">What the client asked for.</param>
    /// <param name="alpnName">The protocol's name, or null.</param>
    /// <param name="listener">Through which the client came.</param>
    /// <param name="hasLogin">Whether clients log in: of the others, mail servers, no certificate is asked unless the listener says so.</param>
    public SslServerAuthenticationOptions Select(string? serverName, string? alpnName, EdgeListener listener, bool hasLogin)
    {
        var certificate = certificates.Find(serverName) ?? throw new AuthenticationException("There is no certificate.");
        var byUse = _options.GetOrCreateValue(certificate);
        var mode = listener.ClientCertificates ?? (hasLogin ? policy.ClientCertificates : ClientCertificateMode.None);
        var use = $"{mode} {alpnName}";
        lock (byUse)
        {
            if (!byUse.TryGetValue(use, out var options)) byUse[use] = options = Make(certificate, alpnName, mode);
            return options;
        }
    }

    private SslServerAuthenticationOptions Make(SslStreamCertificateContext certificate, string? alpnName, ClientCertificateMode mode)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = policy.Protocols,
            CipherSuitesPolicy = _cipherSuites,
            AllowRenegotiation = false,
            // A resumed session has not shown its certificate again, which may have been revoked or ended since.
            AllowTlsResume = mode == ClientCertificateMode.None,
            ClientCertificateRequired = mode != ClientCertificateMode.None,
            // A client that offers ALPN without our name is talking to another protocol (RFC 7301 §3.2): the handshake fails. One that offers none is served.
            ApplicationProtocols = alpnName is null ? null : [new SslApplicationProtocol(alpnName)],
        };
        if (mode == ClientCertificateMode.None) return options;
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.AddRange(policy.ClientAuthorities);
        options.CertificateChainPolicy = chain;
        options.RemoteCertificateValidationCallback = (_, client, _, errors) =>
            client is null ? mode == ClientCertificateMode.Request : errors == SslPolicyErrors.None;
        return options;
    }
}
