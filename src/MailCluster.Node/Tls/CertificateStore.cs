using System.Net.Security;
using System.Security.Cryptography;
using MailCluster.Edge;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Tls;

/// <summary>
/// The node's certificates, by name, followed on disk. Files are looked at every ten seconds rather than watched: that sees swapped links and
/// network file systems, and a renewal is in no hurry. A file that cannot be read leaves the certificate loaded before in use.
/// </summary>
internal sealed class CertificateStore : ITlsCertificateSource, IDisposable
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<SniCertificate> _named;
    private readonly LoadedCertificate[] _loaded;
    private readonly FileStamp[] _refused;
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private volatile CertificateTable _table;

    /// <param name="standard">The default certificate.</param>
    /// <param name="named">Certificates by name.</param>
    /// <param name="time">Drives the looking, and tells what is past its end.</param>
    /// <param name="log">The node's log.</param>
    /// <exception cref="NodeStartException">One of the certificates cannot be loaded.</exception>
    public CertificateStore(CertificateFiles standard, IReadOnlyList<SniCertificate> named, TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
        _named = named;
        _loaded = [LoadFirst(standard), .. named.Select(entry => LoadFirst(entry.Files))];
        _refused = new FileStamp[_loaded.Length];
        _table = MakeTable();
        _timer = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    public SslStreamCertificateContext Find(string? serverName) => _table.Find(serverName);

    /// <summary>Loads what has changed on disk.</summary>
    public void Look()
    {
        lock (_looking)
        {
            var changed = false;
            for (var index = 0; index < _loaded.Length; index++)
            {
                changed |= TryReload(index);
            }
            if (changed)
            {
                _table = MakeTable();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private bool TryReload(int index)
    {
        var files = _loaded[index].Files;
        try
        {
            var stamp = FileStamp.Of(files);
            if (stamp == _loaded[index].Stamp || stamp == _refused[index])
            {
                return false;
            }
            _refused[index] = stamp; // Until it has been read: a broken file is complained of once, not every ten seconds.
            _loaded[index] = LoadedCertificate.Load(files);
            Report(_loaded[index]);
            return true;
        }
        catch (Exception error) when (IsFileFault(error))
        {
            NodeLog.CertificateReloadFailed(_log, files.Certificate, error.Message);
            return false;
        }
    }

    private LoadedCertificate LoadFirst(CertificateFiles files)
    {
        try
        {
            var loaded = LoadedCertificate.Load(files);
            Report(loaded);
            return loaded;
        }
        catch (Exception error) when (IsFileFault(error))
        {
            throw new NodeStartException($"the certificate {files.Certificate} with the key {files.Key} cannot be used: {error.Message}", error);
        }
    }

    private CertificateTable MakeTable() => new(
        _loaded[0].Context,
        _named.SelectMany((entry, index) => entry.Names.Select(name => (name, _loaded[index + 1].Context))));

    private void Report(LoadedCertificate loaded)
    {
        var certificate = loaded.Context.TargetCertificate;
        var left = certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime;
        NodeLog.CertificateLoaded(_log, loaded.Files.Certificate, certificate.Subject, certificate.NotAfter);
        if (left < TimeSpan.Zero)
        {
            NodeLog.CertificateExpired(_log, loaded.Files.Certificate, certificate.Subject, certificate.NotAfter);
        }
        else if (left < EndsSoon)
        {
            NodeLog.CertificateEndsSoon(_log, loaded.Files.Certificate, certificate.NotAfter, (int)left.TotalDays);
        }
    }

    private static bool IsFileFault(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;
}
