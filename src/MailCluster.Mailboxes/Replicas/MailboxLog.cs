using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

internal static partial class MailboxLog
{
    [LoggerMessage(2400, LogLevel.Debug, "The replica of folder {Folder} of {Account} lost its owner and looks for it again")]
    public static partial void ReplicaInterrupted(ILogger log, FolderId folder, AccountId account, Exception exception);

    [LoggerMessage(2401, LogLevel.Warning, "What was published of folder {Folder} of {Account} cannot be used; the whole folder is asked for")]
    public static partial void PublicationUnusable(ILogger log, FolderId folder, AccountId account, Exception exception);

    [LoggerMessage(2402, LogLevel.Warning, "A command of {Account} is answered before its folders here show it: their owner cannot be followed")]
    public static partial void AnsweredAhead(ILogger log, AccountId account, Exception exception);
}
