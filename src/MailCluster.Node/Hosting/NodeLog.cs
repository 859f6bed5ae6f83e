using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>What the node itself says. Event ids 1000–1199.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1000, LogLevel.Information, "MailCluster {Version} on {Name}, process {ProcessId}, data in {DataDirectory}")]
    public static partial void Starting(ILogger log, string version, string name, int processId, string dataDirectory);

    [LoggerMessage(1001, LogLevel.Information, "listening: {Listener} on {Address}, TLS {Tls}")]
    public static partial void Listening(ILogger log, string listener, string address, string tls);

    [LoggerMessage(1002, LogLevel.Information, "ready after {Elapsed} ms")]
    public static partial void Ready(ILogger log, long elapsed);

    [LoggerMessage(1003, LogLevel.Information, "there is no account yet; add one with: {Command}")]
    public static partial void NoAccount(ILogger log, string command);

    [LoggerMessage(1004, LogLevel.Warning, "running as root: a fault in a mail server should not own the machine. Give it a user of its own; high ports need no root")]
    public static partial void RunningAsRoot(ILogger log);

    [LoggerMessage(1005, LogLevel.Error, "cannot start: {Reason}")]
    public static partial void CannotStart(ILogger log, string reason);

    [LoggerMessage(1006, LogLevel.Critical, "the start failed")]
    public static partial void StartFailed(ILogger log, Exception error);

    [LoggerMessage(1007, LogLevel.Warning, "the system grants this process {Files} open files: at most {Connections} connections are taken, not the {Wanted} of limits.connections. Raise the limit (ulimit -n, LimitNOFILE=)")]
    public static partial void FewFiles(ILogger log, long files, int connections, int wanted);

    [LoggerMessage(1010, LogLevel.Information, "{Signal}: stopping; {Connections} connections have {Drain} to finish")]
    public static partial void Stopping(ILogger log, string signal, int connections, string drain);

    [LoggerMessage(1011, LogLevel.Information, "stopped after {Elapsed} ms")]
    public static partial void Stopped(ILogger log, long elapsed);

    [LoggerMessage(1012, LogLevel.Error, "stopping: {Part} failed")]
    public static partial void StopFailed(ILogger log, string part, Exception error);

    [LoggerMessage(1013, LogLevel.Warning, "stopping: {Part} did not finish in time")]
    public static partial void StopLate(ILogger log, string part);

    [LoggerMessage(1014, LogLevel.Warning, "interrupted again: leaving at once")]
    public static partial void StopForced(ILogger log);

    [LoggerMessage(1015, LogLevel.Critical, "this run of the node is over: {Reason}; it stops, to be started anew")]
    public static partial void Over(ILogger log, string reason);

    [LoggerMessage(1016, LogLevel.Information, "compacted {Packs} packs: {Bytes} bytes are free again")]
    public static partial void Compacted(ILogger log, int packs, long bytes);

    [LoggerMessage(1017, LogLevel.Error, "the upkeep of the storage failed; the next pass goes on with it")]
    public static partial void UpkeepFailed(ILogger log, Exception error);

    [LoggerMessage(1018, LogLevel.Information, "{Bodies} bodies that were given up are freed")]
    public static partial void Collected(ILogger log, int bodies);

    [LoggerMessage(1019, LogLevel.Debug, "quiet: memory held went from {Before} to {After} bytes in {Milliseconds} ms")]
    public static partial void MemoryReturned(ILogger log, long before, long after, long milliseconds);

    [LoggerMessage(1032, LogLevel.Debug, "rehearsed in {Milliseconds} ms, {Refused} commands refused")]
    public static partial void Rehearsed(ILogger log, int refused, long milliseconds);

    [LoggerMessage(1033, LogLevel.Warning, "the rehearsal failed; the first commands take longer (node.rehearsal = false leaves it out)")]
    public static partial void RehearsalFailed(ILogger log, Exception error);

    [LoggerMessage(1030, LogLevel.Information, "{Count} bans are in force")]
    public static partial void Bans(ILogger log, int count);

    [LoggerMessage(1031, LogLevel.Warning, "the bans cannot be read now ({Reason}); they are read again soon")]
    public static partial void BansUnread(ILogger log, string reason);

    [LoggerMessage(1020, LogLevel.Information, "made a self-signed certificate for {Names} in {Path}; clients will warn until tls.certificate names a real one")]
    public static partial void SelfSignedMade(ILogger log, string names, string path);

    [LoggerMessage(1021, LogLevel.Information, "certificate {Path} loaded: {Subject}, until {NotAfter:yyyy-MM-dd}")]
    public static partial void CertificateLoaded(ILogger log, string path, string subject, DateTime notAfter);

    [LoggerMessage(1022, LogLevel.Warning, "certificate {Path} ({Subject}) is past its end, {NotAfter:yyyy-MM-dd}: clients will refuse it")]
    public static partial void CertificateExpired(ILogger log, string path, string subject, DateTime notAfter);

    [LoggerMessage(1023, LogLevel.Error, "certificate {Path} changed but cannot be read ({Reason}); the one loaded before stays in use")]
    public static partial void CertificateReloadFailed(ILogger log, string path, string reason);

    [LoggerMessage(1024, LogLevel.Warning, "certificate {Path} ends on {NotAfter:yyyy-MM-dd}, in {Days} days")]
    public static partial void CertificateEndsSoon(ILogger log, string path, DateTime notAfter, int days);
}
