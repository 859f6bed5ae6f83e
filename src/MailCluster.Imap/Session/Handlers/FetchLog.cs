using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>What FETCH and SEARCH log: 2000 to 2199.</summary>
internal static partial class FetchLog
{
    [LoggerMessage(2000, LogLevel.Error, "fetch incomplete: missing={Missing} damaged={Damaged} folder={Folder} session={Session}")]
    public static partial void Incomplete(ILogger log, int missing, int damaged, string folder, SessionId session);

    [LoggerMessage(2001, LogLevel.Warning, "fetched messages could not be marked as seen: session={Session}")]
    public static partial void NotMarkedSeen(ILogger log, Exception reason, SessionId session);

    [LoggerMessage(2100, LogLevel.Error, "search passed over messages that cannot be read: count={Count} folder={Folder} session={Session}")]
    public static partial void PassedOver(ILogger log, int count, string folder, SessionId session);
}
