using MailCluster.Delivery;
using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp.QuotaStatus;

/// <summary>Postfix's policy delegation protocol on one listener.</summary>
public sealed class QuotaStatusConnectionHandler(
    EdgeServices services,
    EdgeListener listener,
    IDeliveryService delivery,
    IQuotaDoor door,
    QuotaStatusOptions options,
    ILogger<QuotaStatusConnectionHandler> log)
    : EdgeConnectionHandler(services, listener)
{
    private static readonly byte[] NoOpinion = "action=DUNNO\n\n"u8.ToArray();

    public override string Protocol => "quota-status";

    // Who may ask is a matter of the network.
    protected override bool HasLogin => false;

    // A node that has no time for the question has no opinion: the mail server goes on without it.
    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal) => NoOpinion;

    protected override Task RunAsync(EdgeConnection connection) =>
        new QuotaStatusSession(connection, Services, delivery, door, options, log).RunAsync();
}
