using MailCluster.Edge;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Pop3;

/// <summary>The log lines of POP3, ids 2500–2549. An account's id has no control characters and no white space.</summary>
internal static partial class Pop3Log
{
    [LoggerMessage(2500, LogLevel.Information,
        "pop3 session over: user=<{User}> retr={Retrieved}/{RetrievedOctets} top={Tops} del={Deleted}/{Messages} quit={Quit} session={Session}")]
    public static partial void SessionOver(
        ILogger log, AccountId user, int retrieved, long retrievedOctets, int tops, int deleted, int messages, string quit, SessionId session);

    [LoggerMessage(2501, LogLevel.Error, "pop3 command failed: command={Command} session={Session}")]
    public static partial void CommandFailed(ILogger log, Exception exception, string command, SessionId session);

    [LoggerMessage(2502, LogLevel.Warning, "pop3 command refused by the store: command={Command} session={Session}")]
    public static partial void StoreUnavailable(ILogger log, Exception exception, string command, SessionId session);

    [LoggerMessage(2503, LogLevel.Information, "pop3 session closed after too many bad commands: session={Session}")]
    public static partial void TooManyBadCommands(ILogger log, SessionId session);

    [LoggerMessage(2504, LogLevel.Warning, "pop3 session lost its lock on the maildrop to another: session={Session}")]
    public static partial void LockLost(ILogger log, SessionId session);

    [LoggerMessage(2505, LogLevel.Warning, "pop3 lock cannot be renewed or released now: user=<{User}>: {Reason}")]
    public static partial void LockUnreachable(ILogger log, AccountId user, string reason);

    [LoggerMessage(2506, LogLevel.Warning, "pop3 retrieved messages could not be marked as seen: session={Session}")]
    public static partial void SeenNotStored(ILogger log, Exception exception, SessionId session);
}
