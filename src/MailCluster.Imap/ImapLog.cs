using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Imap;

/// <summary>The log lines of IMAP sessions, ids 1800–1899.</summary>
internal static partial class ImapLog
{
    [LoggerMessage(1800, LogLevel.Error, "imap command failed: command={Command} session={Session}")]
    public static partial void CommandFailed(ILogger log, Exception exception, string command, SessionId session);

    [LoggerMessage(1801, LogLevel.Warning, "imap command refused by the store: command={Command} session={Session}")]
    public static partial void StoreUnavailable(ILogger log, Exception exception, string command, SessionId session);

    [LoggerMessage(1802, LogLevel.Information, "imap session closed after too many bad commands: session={Session}")]
    public static partial void TooManyBadCommands(ILogger log, SessionId session);

    [LoggerMessage(1803, LogLevel.Debug, "imap client: {Client} session={Session}")]
    public static partial void Client(ILogger log, string client, SessionId session);

    [LoggerMessage(1804, LogLevel.Information, "imap session closed, its folder is gone: session={Session}")]
    public static partial void FolderGone(ILogger log, SessionId session);
}
