using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Lists;

/// <summary>The log lines of lists, ids 2740–2749.</summary>
internal static partial class ListLog
{
    [LoggerMessage(2740, LogLevel.Error, "sieve: a list cannot be read, messages that ask for it are put off: {Path}: {Problem}")]
    public static partial void CannotRead(ILogger log, string path, string problem);
}
