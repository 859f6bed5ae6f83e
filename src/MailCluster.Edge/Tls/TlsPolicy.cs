using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Edge;

/// <summary>What clients show of themselves in the handshake.</summary>
public enum ClientCertificateMode
{
    /// <summary>Nothing; they are not asked.</summary>
    None,

    /// <summary>They are asked; one without a certificate is served all the same. One whose certificate is from nobody that is trusted is not.</summary>
    Request,

    /// <summary>One without a certificate of a trusted authority is not served.</summary>
    Require,
}

/// <summary>What TLS a node speaks.</summary>
public sealed record TlsPolicy
{
    /// <summary>The versions. RFC 8996: nothing below 1.2.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>
    /// The suites that may be agreed on, in the server's order; empty for the platform's: with forward secrecy all of them. Naming any costs resumption and
    /// memory, since the platform then shares nothing between connections.
    /// </summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>What clients must show where they log in, unless the listener has a word of its own.</summary>
    public ClientCertificateMode ClientCertificates { get; init; }

    /// <summary>Who may vouch for clients: these alone, not the machine's authorities. Only needed when clients are asked.</summary>
    public X509Certificate2Collection ClientAuthorities { get; init; } = [];
}
