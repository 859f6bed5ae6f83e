using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Auth;

namespace MailCluster.Edge;

/// <summary>What a SASL mechanism can bind itself to on one TLS connection.</summary>
internal sealed class TlsChannelBindings(SslStream stream) : IChannelBindings
{
    private const int ExporterOctets = 32;

    private byte[]? _exporter;
    private byte[]? _endPoint;

    public ReadOnlyMemory<byte> Find(string type) => type switch
    {
        // RFC 9266 §2
        "tls-exporter" => _exporter ??= TlsExporter.Export(stream, "EXPORTER-Channel-Binding"u8, ExporterOctets),
        "tls-server-end-point" => _endPoint ??= stream.LocalCertificate is X509Certificate2 certificate ? EndPointOf(certificate) : [],
        _ => default,
    };

    /// <summary>
    /// RFC 5929 §4.1: the certificate's digest by the hash of its signature, SHA-256 where that is MD5 or SHA-1, and nothing where there is no one hash
    /// (Ed25519). Made here because SslStream's own does it only on a client.
    /// </summary>
    internal static byte[] EndPointOf(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" => SHA256.HashData(certificate.RawDataMemory.Span),
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => SHA256.HashData(certificate.RawDataMemory.Span),
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(certificate.RawDataMemory.Span),
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(certificate.RawDataMemory.Span),
        _ => [],
    };
}
