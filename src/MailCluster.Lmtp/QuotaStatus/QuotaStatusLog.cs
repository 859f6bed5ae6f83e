using System.Net;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp.QuotaStatus;

/// <summary>The log lines of the policy service, ids 2720–2724.</summary>
internal static partial class QuotaStatusLog
{
    [LoggerMessage(2720, LogLevel.Debug, "quota-status: account=<{Account}> is full, size={Size} session={Session}")]
    public static partial void Full(ILogger log, AccountId account, long size, SessionId session);

    [LoggerMessage(2721, LogLevel.Warning, "quota-status: not a policy request, the connection is closed: session={Session} rip={Address}")]
    public static partial void NoRequest(ILogger log, SessionId session, IPAddress address);
}
