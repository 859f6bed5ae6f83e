using System.Net;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge;

/// <summary>The log lines of the edge, ids 2200–2249. Scripts read them: their shape stays. Text of clients goes through <c>LogText</c>.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(2200, LogLevel.Information, "login: protocol={Protocol} user=<{User}> method={Method} rip={Rip} tls={Tls} session={Session}")]
    public static partial void LoggedIn(ILogger log, string protocol, string user, string method, IPAddress rip, string tls, SessionId session);

    [LoggerMessage(2201, LogLevel.Information,
        "disconnected: protocol={Protocol} user=<{User}> reason={Reason} rip={Rip} in={BytesIn} out={BytesOut} seconds={Seconds} session={Session}")]
    public static partial void Disconnected(
        ILogger log, string protocol, string user, string reason, IPAddress rip, long bytesIn, long bytesOut, long seconds, SessionId session);

    [LoggerMessage(2202, LogLevel.Warning, "connection refused: protocol={Protocol} reason={Reason} rip={Rip}")]
    private static partial void ConnectionRefusedLine(ILogger log, string protocol, EdgeRefusal reason, IPAddress rip);

    [LoggerMessage(2203, LogLevel.Debug, "TLS handshake failed: protocol={Protocol} rip={Rip} session={Session}: {Reason}")]
    public static partial void HandshakeFailed(ILogger log, string protocol, IPAddress rip, SessionId session, string reason);

    [LoggerMessage(2204, LogLevel.Debug, "client gone: protocol={Protocol} session={Session}: {Reason}")]
    public static partial void ClientGone(ILogger log, string protocol, SessionId session, string reason);

    [LoggerMessage(2205, LogLevel.Error, "session failed: protocol={Protocol} session={Session}")]
    public static partial void SessionFailed(ILogger log, Exception exception, string protocol, SessionId session);

    [LoggerMessage(2206, LogLevel.Information, "connection cut: protocol={Protocol} session={Session} reason={Reason}")]
    public static partial void ConnectionCut(ILogger log, string protocol, SessionId session, ConnectionEnding reason);

    [LoggerMessage(2207, LogLevel.Warning,
        "login refused: protocol={Protocol} user=<{User}> rip={Rip} session={Session}: the account has {Max} connections already")]
    public static partial void AccountFull(ILogger log, string protocol, string user, IPAddress rip, SessionId session, int max);

    [LoggerMessage(2208, LogLevel.Error, "a connection's deadlines could not be checked: protocol={Protocol} session={Session}")]
    public static partial void TickFailed(ILogger log, Exception exception, string protocol, SessionId session);

    [LoggerMessage(2209, LogLevel.Information, "logout: protocol={Protocol} user=<{User}> rip={Rip} session={Session}")]
    public static partial void LoggedOut(ILogger log, string protocol, string user, IPAddress rip, SessionId session);

    [LoggerMessage(2220, LogLevel.Warning, "proxy header refused: protocol={Protocol} reason={Reason} proxy={Proxy}")]
    public static partial void ProxyRefused(ILogger log, string protocol, ProxyFault reason, IPAddress proxy);

    public static void ConnectionRefused(ILogger log, string protocol, IPAddress rip, EdgeRefusal reason) =>
        ConnectionRefusedLine(log, protocol, reason, rip);

    public static string User(AccountId? account) => account is { } id ? Auth.LogText.Escape(id.Value) : "";
}
