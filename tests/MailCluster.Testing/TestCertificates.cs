using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Testing;

/// <summary>Self-signed certificates for tests, made once a run.</summary>
public static class TestCertificates
{
    private static readonly Lazy<SslStreamCertificateContext> LocalhostContext = new(() => Create("localhost"));

    /// <summary>For localhost and 127.0.0.1.</summary>
    public static SslStreamCertificateContext Localhost => LocalhostContext.Value;

    /// <summary>A new certificate for one name.</summary>
    public static SslStreamCertificateContext Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var begin = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var certificate = request.CreateSelfSigned(begin, begin.AddYears(100));
        return SslStreamCertificateContext.Create(certificate, null, offline: true);
    }
}
