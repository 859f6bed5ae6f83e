using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Tls;

/// <summary>One certificate as its files held it at one moment.</summary>
internal sealed class LoadedCertificate
{
    private LoadedCertificate(CertificateFiles files, SslStreamCertificateContext context, FileStamp stamp)
    {
        Files = files;
        Context = context;
        Stamp = stamp;
    }

    public CertificateFiles Files { get; }

    public SslStreamCertificateContext Context { get; }

    public FileStamp Stamp { get; }

    /// <exception cref="CryptographicException">The files do not hold a certificate and its key, or the passphrase is wrong.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be read.</exception>
    public static LoadedCertificate Load(CertificateFiles files)
    {
        // The stamp first: a change during the reading is then seen as a change afterwards.
        var stamp = FileStamp.Of(files);
        var certificate = files.KeyPassword is null
            ? X509Certificate2.CreateFromPemFile(files.Certificate, files.Key)
            : X509Certificate2.CreateFromEncryptedPemFile(files.Certificate, files.KeyPassword, files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.Certificate);
        var intermediates = new X509Certificate2Collection();
        foreach (var link in chain)
        {
            if (!link.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
            {
                intermediates.Add(link);
            }
        }
        // Offline: a missing intermediate must not make the start wait for the network.
        return new LoadedCertificate(files, SslStreamCertificateContext.Create(certificate, intermediates, offline: true), stamp);
    }
}

/// <summary>What tells that files have changed. Links are followed: certbot and Kubernetes swap the link.</summary>
internal readonly record struct FileStamp(DateTime Certificate, long CertificateBytes, DateTime Key, long KeyBytes)
{
    public static FileStamp Of(CertificateFiles files)
    {
        var (certificate, certificateBytes) = Of(files.Certificate);
        var (key, keyBytes) = Of(files.Key);
        return new FileStamp(certificate, certificateBytes, key, keyBytes);
    }

    private static (DateTime Written, long Bytes) Of(string path)
    {
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
