using System.Net.Security;
using System.Security.Authentication;
using MailCluster.Edge;

namespace MailCluster.Node.Configuration;

/// <summary>A certificate with its chain and key, both PEM.</summary>
/// <param name="Certificate">Full path.</param>
/// <param name="Key">Full path.</param>
/// <param name="KeyPassword">Of an encrypted key, or null.</param>
internal sealed record CertificateFiles(string Certificate, string Key, string? KeyPassword)
{
    /// <summary>A text without the passphrase.</summary>
    public override string ToString() => Certificate;
}

/// <summary>A certificate for some server names.</summary>
/// <param name="Names">Lower-case host names, some with a leading <c>*.</c>.</param>
/// <param name="Files">Its files.</param>
internal sealed record SniCertificate(IReadOnlyList<string> Names, CertificateFiles Files);

/// <summary>TLS of every listener.</summary>
/// <param name="Default">Null: the self-signed certificate in the data directory.</param>
/// <param name="Sni">Certificates by name; the first match counts.</param>
/// <param name="Protocols">The versions spoken.</param>
internal sealed record TlsOptions(CertificateFiles? Default, IReadOnlyList<SniCertificate> Sni, SslProtocols Protocols)
{
    /// <summary>Empty for those that the program trusts.</summary>
    public required IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; }

    public required ClientCertificateMode ClientCertificates { get; init; }

    /// <summary>Full path of the authorities' certificates, PEM; null when clients need none.</summary>
    public required string? ClientAuthorities { get; init; }

    /// <summary>How long before its end a certificate is warned of.</summary>
    public required TimeSpan WarnBefore { get; init; }
}
