using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers;

/// <summary>Log lines that all drivers share, 1650 to 1669.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(1650, LogLevel.Error, "{Database} cannot be asked: {Problem}")]
    public static partial void Unavailable(ILogger logger, string database, string problem);

    [LoggerMessage(1651, LogLevel.Error, "{Database}: the stored password of {Account} cannot be checked: {Problem}")]
    public static partial void HashUnusable(ILogger logger, string database, string account, string problem);

    [LoggerMessage(1652, LogLevel.Information, "{Database}: {Account} is refused: {Reason}")]
    public static partial void Refused(ILogger logger, string database, string account, string reason);

    [LoggerMessage(1653, LogLevel.Warning, "{Database} gave {Count} users for {Account}; a name must be one user's")]
    public static partial void Ambiguous(ILogger logger, string database, int count, string account);

    [LoggerMessage(1654, LogLevel.Warning, "the field \"proxy\" of {Account} is ignored: this server does not proxy")]
    public static partial void ProxyIgnored(ILogger logger, string account);

    [LoggerMessage(1655, LogLevel.Warning, "{Database}: {Count} of its users cannot be accounts and are left out, {Name} for one: the name {Problem}")]
    public static partial void NamesLeftOut(ILogger logger, string database, int count, string name, string problem);
}
