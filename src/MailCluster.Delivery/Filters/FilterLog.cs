using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Filters;

/// <summary>The log lines of filtering, ids 2630–2659.</summary>
internal static partial class FilterLog
{
    [LoggerMessage(2630, LogLevel.Warning, "sieve: a script does not compile, the message is kept: account=<{Account}> script={Script} session={Session}: {Problem}")]
    public static partial void DoesNotCompile(ILogger log, AccountId account, string script, string session, string problem);

    [LoggerMessage(2631, LogLevel.Information, "sieve: a script failed, the message is kept: account=<{Account}> session={Session}: {Problem}")]
    public static partial void Failed(ILogger log, AccountId account, string session, string problem);

    [LoggerMessage(2632, LogLevel.Warning, "sieve: an action is not carried out: account=<{Account}> session={Session}: {Problem}")]
    public static partial void NotDone(ILogger log, AccountId account, string session, string problem);

    [LoggerMessage(2633, LogLevel.Debug, "sieve: no reply: account=<{Account}> session={Session}: {Reason}")]
    public static partial void NoReply(ILogger log, AccountId account, string session, string reason);

    [LoggerMessage(2634, LogLevel.Information, "sieve: refused: account=<{Account}> session={Session}: {Reason}")]
    public static partial void Rejected(ILogger log, AccountId account, string session, string reason);

    [LoggerMessage(2635, LogLevel.Debug, "delivered before: account=<{Account}> session={Session}")]
    public static partial void Duplicate(ILogger log, AccountId account, string session);

    [LoggerMessage(2636, LogLevel.Debug, "sieve: script says: account=<{Account}> session={Session}: {Text}")]
    public static partial void Says(ILogger log, AccountId account, string session, string text);

    [LoggerMessage(2637, LogLevel.Error, "sieve: a file of the configuration is not there: {Path}")]
    public static partial void NoFile(ILogger log, string path);

    [LoggerMessage(2638, LogLevel.Information, "sieve: the refusal is an answer, and no message to the sender: account=<{Account}> session={Session}: {Reason}")]
    public static partial void NoReport(ILogger log, AccountId account, string session, string reason);
}
