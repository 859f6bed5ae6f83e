using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

/// <summary>The log lines of messages that wait for scripts, ids 2750–2754.</summary>
internal static partial class ScriptTaskLog
{
    [LoggerMessage(2750, LogLevel.Warning, "imapsieve: {Max} tasks wait already, no script will run for more: account=<{Account}> session={Session}")]
    public static partial void NoRoom(ILogger log, AccountId account, int max, string session);
}
