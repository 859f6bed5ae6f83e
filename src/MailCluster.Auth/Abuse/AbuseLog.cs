using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Abuse;

/// <summary>Log lines about bans, 1720 to 1729. Networks and numbers only: nothing in them is a client's own text.</summary>
internal static partial class AbuseLog
{
    [LoggerMessage(1720, LogLevel.Warning, "banned: network={Network} failures={Failures} for={Seconds} s")]
    public static partial void Banned(ILogger logger, string network, int failures, long seconds);

    [LoggerMessage(1721, LogLevel.Warning, "the bans cannot be read or stored; those that are known stay in force: {Detail}")]
    public static partial void StoreAway(ILogger logger, string detail);

    [LoggerMessage(1722, LogLevel.Debug, "the list of bans is being closed: network={Network}")]
    public static partial void Stopping(ILogger logger, string network);
}
