using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(1509, LogLevel.Warning, "The database {Address} runs with fsync or full_page_writes off: what it acknowledges may be lost or spoilt by a loss of power")]
    public static partial void NotDurable(ILogger logger, string address);
}
