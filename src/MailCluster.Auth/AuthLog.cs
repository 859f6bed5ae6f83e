using System.Net;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth;

/// <summary>
/// Log lines of authentication, 1600 to 1619. The failure line is stable: filters for banning addresses match it. Everything the
/// client chose is escaped and stands in angle brackets.
/// </summary>
internal static partial class AuthLog
{
    public static void Failed(ILogger logger, AuthRequest request, string reason)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        var context = request.Context;
        FailedLine(
            logger, LogText.Escape(request.Username), LogText.Escape(request.Mechanism), Show(context.RemoteAddress),
            Show(context.LocalAddress), reason,
            context.Protocol, context.IsSecure ? "yes" : "no", LogText.Escape(context.SessionId));
    }

    public static void Succeeded(ILogger logger, string account, AuthRequest request)
    {
        if (!logger.IsEnabled(LogLevel.Debug)) return;
        var context = request.Context;
        SucceededLine(
            logger, LogText.Escape(account), LogText.Escape(request.Mechanism), Show(context.RemoteAddress), Show(context.LocalAddress),
            context.Protocol, context.IsSecure ? "yes" : "no", LogText.Escape(context.SessionId));
    }

    [LoggerMessage(1600, LogLevel.Information, "auth failed: user=<{User}> method={Method} rip={RemoteAddress} lip={LocalAddress} reason={Reason} protocol={Protocol} secure={Secure} session=<{Session}>", SkipEnabledCheck = true)]
    private static partial void FailedLine(
        ILogger logger, string user, string method, string remoteAddress, string localAddress, string reason, string protocol,
        string secure, string session);

    [LoggerMessage(1601, LogLevel.Debug, "auth ok: user=<{User}> method={Method} rip={RemoteAddress} lip={LocalAddress} protocol={Protocol} secure={Secure} session=<{Session}>", SkipEnabledCheck = true)]
    private static partial void SucceededLine(
        ILogger logger, string user, string method, string remoteAddress, string localAddress, string protocol, string secure,
        string session);

    private static string Show(IPAddress? address) =>
        address is null ? "local" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
