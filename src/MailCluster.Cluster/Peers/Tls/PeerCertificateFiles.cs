using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Peers.Tls;

/// <summary>
/// A node's certificate, key and authorities from PEM files, followed on disk: they are looked at every ten seconds, and a change counts for the connections
/// made after it. Files that cannot be read leave in use what was loaded before. To change the authority of a cluster, put the new one beside the old one
/// into the file of authorities on all nodes, then give out new certificates, then remove the old one.
/// </summary>
public sealed class PeerCertificateFiles : IPeerCertificates, IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    private readonly string _authority;
    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private (FileStamp, FileStamp, FileStamp) _seen;
    private volatile PeerCredentials _current;

    /// <param name="authority">PEM: the certificates of the cluster's authorities.</param>
    /// <param name="certificate">PEM: this node's certificate, then the intermediates if there are any.</param>
    /// <param name="key">PEM: its key, not encrypted.</param>
    /// <param name="time">Drives the looking.</param>
    /// <param name="loggers">The node's log.</param>
    /// <exception cref="PeerCertificateException">They cannot be used.</exception>
    public PeerCertificateFiles(string authority, string certificate, string key, TimeProvider time, ILoggerFactory loggers)
    {
        _authority = authority;
        _certificate = certificate;
        _key = key;
        _time = time;
        _log = loggers.CreateLogger("MailCluster.Peers");
        _seen = Stamps();
        try
        {
            _current = Load();
        }
        catch (Exception error) when (IsFileFault(error))
        {
            throw new PeerCertificateException(
                $"the peer certificate {certificate} with the key {key} and the authority {authority} cannot be used: {error.Message}", error);
        }

        _timer = time.CreateTimer(static state => ((PeerCertificateFiles)state!).Look(), this, LookInterval, LookInterval);
    }

    public PeerCredentials Current => _current;

    public void Dispose() => _timer.Dispose();

    /// <summary>Loads what has changed on disk.</summary>
    internal void Look()
    {
        lock (_looking)
        {
            try
            {
                var stamps = Stamps();
                if (stamps != _seen)
                {
                    _seen = stamps; // Before the reading: broken files are complained of once, and a change during it is seen the next time.
                    _current = Load();
                }
            }
            catch (Exception error) when (IsFileFault(error))
            {
                PeerLog.CertificateReloadFailed(_log, _certificate, error.Message);
            }
        }
    }

    private PeerCredentials Load()
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(_authority);
        if (authorities.Count == 0)
        {
            throw new CryptographicException($"{_authority} holds no certificate.");
        }

        var certificate = X509Certificate2.CreateFromPemFile(_certificate, _key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        var intermediates = new X509Certificate2Collection();
        intermediates.AddRange(chain.Where(link => !link.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)).ToArray());

        PeerLog.CertificateLoaded(_log, _certificate, certificate.Subject, certificate.NotAfter.ToUniversalTime());
        var left = certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime;
        if (left < EndsSoon)
        {
            PeerLog.CertificateEndsSoon(_log, _certificate, certificate.NotAfter.ToUniversalTime(), (int)left.TotalDays);
        }

        return new PeerCredentials(SslStreamCertificateContext.Create(certificate, intermediates, offline: true), authorities);
    }

    private (FileStamp, FileStamp, FileStamp) Stamps() => (FileStamp.Of(_authority), FileStamp.Of(_certificate), FileStamp.Of(_key));

    private static bool IsFileFault(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;

    /// <summary>What tells that a file has changed. Links are followed: Kubernetes swaps the link.</summary>
    private readonly record struct FileStamp(DateTime Written, long Bytes)
    {
        internal static FileStamp Of(string path)
        {
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}

/// <summary>The files of a node's certificate, or of the cluster's authority, cannot be used. The message is for the operator.</summary>
public sealed class PeerCertificateException(string message, Exception? inner = null) : Exception(message, inner);
