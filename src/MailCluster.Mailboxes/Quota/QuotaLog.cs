using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

/// <summary>The log lines of quotas, ids 2700–2709. The rest of their range is Delivery's, Lmtp's and Node's.</summary>
internal static partial class QuotaLog
{
    [LoggerMessage(2700, LogLevel.Debug, "The user database did not say what the quota of {Account} is; what was known stays")]
    public static partial void DirectorySilent(ILogger log, AccountId account, Exception error);

    [LoggerMessage(2701, LogLevel.Error, "The watcher of quotas threw for {Account}")]
    public static partial void WatcherThrew(ILogger log, AccountId account, Exception error);
}
