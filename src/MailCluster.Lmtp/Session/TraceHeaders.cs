using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailCluster.Lmtp.Session;

/// <summary>What delivery puts in front of a message: <c>Return-Path</c>, <c>Delivered-To</c> by option, <c>Received</c> (RFC 5321 §4.4).</summary>
internal static class TraceHeaders
{
    /// <summary>Room for all of them: three addresses of 256 bytes, two host names of 255, and the words between.</summary>
    public const int BytesMax = 2048;

    public static byte[] Make(TraceInfo info)
    {
        var text = new StringBuilder(512);
        text.Append("Return-Path: <").Append(info.Sender).Append(">\r\n");
        if (info.DeliveredTo is not null)
            text.Append("Delivered-To: ").Append(info.DeliveredTo).Append("\r\n");
        text.Append("Received: from ").Append(info.ClientName).Append(" (").Append(AddressLiteral(info.ClientAddress)).Append(")\r\n\tby ")
            .Append(info.HostName).Append(" with ").Append(Protocol(info)).Append(" id ").Append(info.Id);
        if (info.For is not null)
            text.Append("\r\n\tfor <").Append(info.For).Append('>');
        text.Append(";\r\n\t").Append(Date(info.At)).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // RFC 6531 §3.7.3, and the registry of "with" protocol types: LMTP, LMTPS, UTF8LMTP, UTF8LMTPS.
    private static string Protocol(TraceInfo info) => (info.IsUtf8, info.IsTls) switch
    {
        (false, false) => "LMTP",
        (false, true) => "LMTPS",
        (true, false) => "UTF8LMTP",
        (true, true) => "UTF8LMTPS",
    };

    // RFC 5321 §4.1.3.
    private static string AddressLiteral(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{new IPAddress(address.GetAddressBytes())}]" : $"[{address}]";

    // RFC 5322 §3.3.
    private static string Date(DateTimeOffset at)
    {
        var offset = at.Offset;
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        return string.Create(CultureInfo.InvariantCulture, $"{at:ddd, dd MMM yyyy HH':'mm':'ss} {sign}{offset:hhmm}");
    }
}

/// <summary>What the trace headers tell.</summary>
/// <param name="Sender">The envelope's sender, quoted as in a path; empty for a bounce.</param>
/// <param name="DeliveredTo">The recipient to name in <c>Delivered-To</c>, or null.</param>
/// <param name="ClientName">What the client called itself in LHLO.</param>
/// <param name="ClientAddress">Where it is.</param>
/// <param name="HostName">This node.</param>
/// <param name="IsTls">Whether it came through TLS.</param>
/// <param name="IsUtf8">Whether the transaction asked for SMTPUTF8.</param>
/// <param name="Id">Session and transaction.</param>
/// <param name="For">The only recipient, or null: several are not told of each other.</param>
/// <param name="At">When it arrived.</param>
internal sealed record TraceInfo(
    string Sender,
    string? DeliveredTo,
    string ClientName,
    IPAddress ClientAddress,
    string HostName,
    bool IsTls,
    bool IsUtf8,
    string Id,
    string? For,
    DateTimeOffset At);
