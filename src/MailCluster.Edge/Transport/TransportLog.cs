using System.Net;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Transport;

/// <summary>The log lines of the transport, ids 2050–2059.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(2050, LogLevel.Warning, "no connection can be accepted on {Address}: {Error}. It is tried again until it can; this line is not")]
    public static partial void AcceptFailed(ILogger log, EndPoint address, string error);

    [LoggerMessage(2051, LogLevel.Error, "a socket's event could not be handled")]
    public static partial void DispatchFailed(ILogger log, Exception exception);

    [LoggerMessage(2052, LogLevel.Debug, "all threads that watch sockets were busy: now there are {Threads}")]
    public static partial void ThreadAdded(ILogger log, int threads);
}
