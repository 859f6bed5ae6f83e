using System.Net;
using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.ManageSieve;

/// <summary>The log lines of ManageSieve, ids 2550–2599.</summary>
internal static partial class ManageSieveLog
{
    [LoggerMessage(2550, LogLevel.Error, "a ManageSieve command failed: command={Command} session={Session}")]
    public static partial void CommandFailed(ILogger log, Exception exception, string command, SessionId session);

    [LoggerMessage(2551, LogLevel.Information, "ManageSieve session closed for too many errors: session={Session} rip={Rip}")]
    public static partial void TooManyErrors(ILogger log, SessionId session, IPAddress rip);

    [LoggerMessage(2552, LogLevel.Warning, "a mailbox could not be reached: command={Command} session={Session}")]
    public static partial void MailboxUnavailable(ILogger log, Exception exception, string command, SessionId session);
}
