using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

/// <summary>The log lines of quotas in delivery, ids 2710–2719.</summary>
internal static partial class QuotaDoorLog
{
    [LoggerMessage(2710, LogLevel.Debug, "quota at the door not told: account=<{Account}>: {Detail}")]
    public static partial void NotTold(ILogger log, AccountId account, string detail);

    [LoggerMessage(2711, LogLevel.Information, "quota warning: account=<{Account}> percent={Percent} outcome={Outcome}")]
    public static partial void Warned(ILogger log, AccountId account, int percent, DeliveryStatus outcome);

    [LoggerMessage(2712, LogLevel.Warning, "quota warning failed: account=<{Account}>; with its next change it is tried again")]
    public static partial void WarningFailed(ILogger log, AccountId account, Exception error);

    [LoggerMessage(2713, LogLevel.Debug, "quota warnings end")]
    public static partial void WarningsEnded(ILogger log);
}
