using System.Net;
using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp;

/// <summary>The log lines of LMTP, ids 2350–2399.</summary>
internal static partial class LmtpLog
{
    [LoggerMessage(2350, LogLevel.Information, "LMTP session closed for too many errors: session={Session} rip={Rip}")]
    public static partial void TooManyErrors(ILogger log, SessionId session, IPAddress rip);

    [LoggerMessage(2351, LogLevel.Error, "a received message cannot be kept: session={Session}")]
    public static partial void SpoolFailed(ILogger log, Exception exception, SessionId session);
}
