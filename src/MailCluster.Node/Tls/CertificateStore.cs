using System.Diagnostics.Metrics;
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

    /// <summary>How often what ends soon is said again.</summary>
    private static readonly TimeSpan WarnInterval = TimeSpan.FromDays(1);

    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<SniCertificate> _named;
    private readonly LoadedCertificate[] _loaded;
    private readonly FileStamp[] _refused;
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private readonly TimeSpan _warnBefore;
    private readonly Meter _meter = new("MailCluster");
    private long _warnedAt;
    private volatile CertificateTable _table;

    /// <param name="standard">The default certificate.</param>
    /// <param name="named">Certificates by name.</param>
    /// <param name="time">Drives the looking, and tells what is past its end.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="warnBefore">How long before its end a certificate is warned of; null: 14 days.</param>
    /// <exception cref="NodeStartException">One of the certificates cannot be loaded.</exception>
    public CertificateStore(CertificateFiles standard, IReadOnlyList<SniCertificate> named, TimeProvider time, ILogger log, TimeSpan? warnBefore = null)
    {
        _time = time;
        _log = log;
        _warnBefore = warnBefore ?? EndsSoon;
        _named = named;
        _loaded = [LoadFirst(standard), .. named.Select(entry => LoadFirst(entry.Files))];
        _refused = new FileStamp[_loaded.Length];
        _table = MakeTable();
        _warnedAt = time.GetTimestamp();
        _meter.CreateObservableGauge(
            "mailcluster.tls.certificate.left",
            () => Served().Select(served => new Measurement<double>(served.Left.TotalSeconds, new KeyValuePair<string, object?>("file", served.File))),
            "s",
            "Time until a certificate ends; negative: since it did");
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
            if (_time.GetElapsedTime(_warnedAt) >= WarnInterval)
            {
                _warnedAt = _time.GetTimestamp();
                foreach (var loaded in _loaded)
                {
                    Warn(loaded);
                }
            }
        }
    }

    /// <summary>What is served now: the default first, then the others in the order of the configuration.</summary>
    public IReadOnlyList<ServedCertificate> Served()
    {
        lock (_looking)
        {
            return
            [
                .. _loaded.Select((loaded, index) => new ServedCertificate(
                    index == 0 ? ["*"] : _named[index - 1].Names, loaded.Context.TargetCertificate, loaded.Files.Certificate, Left(loaded))),
            ];
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

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
        NodeLog.CertificateLoaded(_log, loaded.Files.Certificate, certificate.Subject, certificate.NotAfter);
        Warn(loaded);
    }

    private void Warn(LoadedCertificate loaded)
    {
        var certificate = loaded.Context.TargetCertificate;
        var left = Left(loaded);
        if (left < TimeSpan.Zero)
        {
            NodeLog.CertificateExpired(_log, loaded.Files.Certificate, certificate.Subject, certificate.NotAfter);
        }
        else if (left < _warnBefore)
        {
            NodeLog.CertificateEndsSoon(_log, loaded.Files.Certificate, certificate.NotAfter, (int)left.TotalDays);
        }
    }

    private TimeSpan Left(LoadedCertificate loaded) => loaded.Context.TargetCertificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime;

    private static bool IsFileFault(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;
}
