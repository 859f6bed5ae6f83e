using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin;

/// <summary>Log lines of administration, 1700 to 1749. Who changed which account stands in the log: the socket asks for no name.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(1700, LogLevel.Error, "admin: {Verb} failed")]
    public static partial void Failed(ILogger logger, string verb, Exception error);

    [LoggerMessage(1701, LogLevel.Debug, "admin: the caller of {Verb} went away")]
    public static partial void CallerGone(ILogger logger, string verb);

    [LoggerMessage(1702, LogLevel.Information, "admin: account {Account}: {Change}")]
    public static partial void AccountChanged(ILogger logger, string account, string change);

    [LoggerMessage(1703, LogLevel.Information, "admin: {Sessions} sessions of {Whom} are ended")]
    public static partial void Kicked(ILogger logger, string whom, int sessions);

    [LoggerMessage(1704, LogLevel.Information, "admin: {Messages} messages of {Account} in {Folder} expunged")]
    public static partial void Expunged(ILogger logger, string account, string folder, long messages);

    [LoggerMessage(1705, LogLevel.Warning, "fsck: {Problem} {Account} {Folder} {Detail} {Repaired}")]
    public static partial void Finding(ILogger logger, string problem, string account, string folder, string detail, string repaired);

    [LoggerMessage(
        1706, LogLevel.Information, "fsck: {Accounts} accounts, {Messages} messages, {Records} stored bodies checked: {Findings} findings")]
    public static partial void Checked(ILogger logger, long accounts, long messages, long records, long findings);

    [LoggerMessage(1707, LogLevel.Information, "admin: the node {Node} is to hand over its shards")]
    public static partial void Drain(ILogger logger, string node);

    [LoggerMessage(1708, LogLevel.Information, "admin: {Network} is banned: {Reason}")]
    public static partial void Banned(ILogger logger, string network, string reason);

    [LoggerMessage(1709, LogLevel.Information, "admin: the ban of {Network} is lifted")]
    public static partial void Unbanned(ILogger logger, string network);

    [LoggerMessage(1710, LogLevel.Information, "admin: outbox of {Account}, {Id}: {Change}")]
    public static partial void OutboxChanged(ILogger logger, string account, string id, string change);
}
