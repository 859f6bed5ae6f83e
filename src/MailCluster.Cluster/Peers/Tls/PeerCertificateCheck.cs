using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Cluster.Peers.Tls;

/// <summary>
/// Whether a peer's certificate is one of this cluster, and for which node. The callback of the TLS stack takes any certificate and only keeps the
/// verdict: a connection with a bad one is then ended by a frame that says why, so that the reason is in the log of both nodes. Nothing the peer sends is
/// read before the verdict is looked at.
/// </summary>
internal sealed class PeerCertificateCheck(X509Certificate2Collection authorities, bool peerIsServer, TimeProvider time)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string CommonName = "2.5.4.3";

    /// <summary>What is wrong, or null. Not null before there was a certificate.</summary>
    internal string? Fault { get; private set; } = "it showed no certificate";

    /// <summary>The names of nodes that the certificate is good for.</summary>
    internal IReadOnlyList<string> Names { get; private set; } = [];

    internal bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not null)
        {
            using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            Names = NamesOf(copy);
            Fault = Verify(copy, chain);
        }

        return true;
    }

    /// <summary>What is wrong with that name for the peer, or null.</summary>
    internal string? CheckName(string node) => Names.Contains(node, StringComparer.OrdinalIgnoreCase)
        ? null
        : $"it calls itself {node}, and its certificate is for {(Names.Count == 0 ? "nobody" : string.Join(", ", Names))}";

    private string? Verify(X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = time.GetUtcNow().UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(peerIsServer ? ServerAuthentication : ClientAuthentication));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            policy.ExtraStore.Add(element.Certificate);
        }

        if (chain.Build(certificate))
        {
            return null;
        }

        var faults = chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct();
        return $"its certificate ({certificate.Subject}, valid from {certificate.NotBefore.ToUniversalTime():O} to {certificate.NotAfter.ToUniversalTime():O}) "
            + $"is not accepted: {string.Join("; ", faults)}";
    }

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        // The common name itself, not what else of the subject may stand in for it.
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue() ?? "")
            .Where(name => name.Length > 0)
            .ToList();

        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == SubjectAlternativeName)
            {
                names.AddRange(new X509SubjectAlternativeNameExtension(extension.RawData).EnumerateDnsNames().Where(name => !names.Contains(name)));
            }
        }

        return names;
    }
}
