using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

/// <summary>The log lines of quotas in delivery, ids 2710–2719.</summary>
internal static partial class QuotaDoorLog
{
    [LoggerMessage(2710, LogLevel.Debug, "quota at the door not told: account=<{Account}>: {Detail}")]
    public static partial void NotTold(ILogger log, AccountId account, string detail);
}
