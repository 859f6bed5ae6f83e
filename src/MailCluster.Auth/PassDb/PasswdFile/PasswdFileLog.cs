using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>Log lines of the passwd-file, 1620 to 1639.</summary>
internal static partial class PasswdFileLog
{
    [LoggerMessage(1620, LogLevel.Debug, "user file {Path} read: {Accounts} accounts")]
    public static partial void Loaded(ILogger logger, string path, int accounts);

    [LoggerMessage(1621, LogLevel.Warning, "user file {Path} line {Line} is skipped: {Problem}")]
    public static partial void BadLine(ILogger logger, string path, int line, string problem);

    [LoggerMessage(1622, LogLevel.Error, "user file {Path} cannot be read: {Problem}")]
    public static partial void Unreadable(ILogger logger, string path, string problem);

    [LoggerMessage(1623, LogLevel.Warning, "user file {Path} can be read by everybody on this machine; chmod 600 it")]
    public static partial void WorldReadable(ILogger logger, string path);

    [LoggerMessage(1624, LogLevel.Error, "user file {Path}: the password of {Account} cannot be checked: {Problem}")]
    public static partial void HashUnusable(ILogger logger, string path, string account, string problem);

    [LoggerMessage(1626, LogLevel.Error, "user file {Path} is gone: nobody can log in and mail is put off until it is back")]
    public static partial void Lost(ILogger logger, string path);

    [LoggerMessage(1625, LogLevel.Debug, "user file {Path} changed")]
    public static partial void Changed(ILogger logger, string path);
}
