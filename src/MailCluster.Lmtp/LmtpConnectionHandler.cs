using System.Text;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Lmtp.Session;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp;

/// <summary>LMTP on one listener.</summary>
public sealed class LmtpConnectionHandler(
    EdgeServices services,
    EdgeListener listener,
    IDeliveryService delivery,
    IQuotaDoor door,
    LmtpOptions options,
    ILogger<LmtpConnectionHandler> log)
    : EdgeConnectionHandler(services, listener)
{
    public override string Protocol => "lmtp";

    // Who may connect is a matter of the network: LMTP has no login here.
    protected override bool HasLogin => false;

    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal)
    {
        var text = refusal switch
        {
            EdgeRefusal.Draining => "4.3.2 Shutting down",
            EdgeRefusal.TooManyFromAddress => "4.7.0 Too many connections from your address",
            _ => "4.3.2 Too many connections",
        };
        return Encoding.ASCII.GetBytes($"421 {text}\r\n");
    }

    protected override async Task RunAsync(EdgeConnection connection)
    {
        using var session = new LmtpSession(connection, Services, delivery, door, options, log);
        await session.RunAsync();
    }
}
