using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

/// <summary>The log lines of delivery, ids 2300–2349. Account ids hold no white space and no control characters.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(2300, LogLevel.Debug, "delivered: account=<{Account}> folder=<{Folder}> uid={Uid} size={Size} session={Session}")]
    public static partial void Delivered(ILogger log, AccountId account, FolderName folder, uint uid, int size, string session);

    [LoggerMessage(2301, LogLevel.Warning, "delivery put off: account=<{Account}> reason={Reason} session={Session}: {Detail}")]
    public static partial void PutOff(ILogger log, AccountId account, RefusalReason reason, string session, string detail);

    [LoggerMessage(2302, LogLevel.Information, "delivery refused: account=<{Account}> status={Status} session={Session}: {Detail}")]
    public static partial void Refused(ILogger log, AccountId account, DeliveryStatus status, string session, string detail);

    [LoggerMessage(2303, LogLevel.Error, "delivery failed: account=<{Account}> session={Session}")]
    public static partial void Failed(ILogger log, Exception exception, AccountId account, string session);

    [LoggerMessage(2304, LogLevel.Error, "the user database cannot answer")]
    public static partial void DirectoryUnavailable(ILogger log, Exception exception);

    [LoggerMessage(2305, LogLevel.Warning, "a body that is not needed could not be given up: account=<{Account}> session={Session}; fsck collects it")]
    public static partial void DiscardFailed(ILogger log, Exception exception, AccountId account, string session);
}
