using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Tls;

/// <summary>
/// The certificate that a node makes for itself when none is configured, so that TLS works from the first minute. ECDSA P-256, in
/// <c>&lt;data-dir&gt;/tls</c>; the key file has mode 0600 from its first byte. Made again when it is near its end.
/// </summary>
internal static class SelfSignedCertificate
{
    /// <summary>The longest that common clients accept (825 days) less a margin for clocks.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromDays(820);

    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);

    /// <summary>Makes the files if they are missing or about to end.</summary>
    /// <exception cref="NodeStartException">They cannot be written.</exception>
    public static CertificateFiles Ensure(string dataDirectory, string hostName, TimeProvider time, ILogger log)
    {
        var folder = Path.Combine(dataDirectory, "tls");
        var files = new CertificateFiles(Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"), KeyPassword: null);
        try
        {
            if (!IsUsable(files, time))
            {
                Directory.CreateDirectory(folder);
                Make(files, hostName, time);
                NodeLog.SelfSignedMade(log, $"localhost, {hostName}", files.Certificate);
            }
            return files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the self-signed certificate cannot be written: {error.Message}", error);
        }
    }

    private static bool IsUsable(CertificateFiles files, TimeProvider time)
    {
        if (!File.Exists(files.Certificate) || !File.Exists(files.Key))
        {
            return false;
        }
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
            return certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime > Renewal;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false; // Torn by a crash while it was made, or a key that is not the certificate's: the two files are not one write.
        }
    }

    private static void Make(CertificateFiles files, string hostName, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(hostName.Length <= 64 ? hostName : "localhost");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        if (IPAddress.TryParse(hostName, out var address))
        {
            names.AddIpAddress(address);
        }
        else if (!string.Equals(hostName, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            names.AddDnsName(hostName);
        }
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // serverAuth
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now + Validity);
        WritePrivate(files.Key, key.ExportPkcs8PrivateKeyPem());
        WritePrivate(files.Certificate, certificate.ExportCertificatePem() + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(files.Certificate, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    private static void WritePrivate(string path, string text)
    {
        File.Delete(path); // An existing file would keep its mode.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
