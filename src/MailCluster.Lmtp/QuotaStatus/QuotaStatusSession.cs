using System.Buffers;
using System.Text;
using MailCluster.Delivery;
using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp.QuotaStatus;

// Postfix asks, at each RCPT, whether there is room: so that a message for a full account is refused while its sender is still there, and no bounce goes to an address
// that somebody else has forged.
//
// One connection carries any number of questions, one after the other; each has one answer. What cannot be answered is answered DUNNO, "as if nobody had been asked": the
// delivery decides. A request that is not one ends the connection: there is no telling where the next would begin. Postfix then asks again on another.

/// <summary>One connection of a mail server that asks for quotas.</summary>
internal sealed class QuotaStatusSession(
    EdgeConnection connection, EdgeServices edge, IDeliveryService delivery, IQuotaDoor door, QuotaStatusOptions options, ILogger log)
{
    private const string NoOpinion = "DUNNO";

    public async Task RunAsync()
    {
        var waiting = false;
        while (connection.Ending == ConnectionEnding.None)
        {
            // Once a request, not once a read: a byte a minute does not keep the connection.
            if (!waiting)
                connection.ExpectInput(edge.Options.Timeouts.IdleDelivery);
            waiting = true;
            var result = await connection.Input.ReadAsync();
            var status = PolicyRequestReader.TryRead(result.Buffer, out var request, out var consumed);
            connection.Input.AdvanceTo(consumed, status == PolicyReadStatus.Complete ? consumed : result.Buffer.End);
            if (status == PolicyReadStatus.Rejected)
            {
                QuotaStatusLog.NoRequest(log, connection.Id, connection.RemoteAddress);
                return;
            }

            if (status == PolicyReadStatus.NeedMore)
            {
                if (result.IsCompleted)
                    return;
                continue;
            }

            waiting = false;
            connection.ExpectNothing();
            var action = await DecideAsync(request!);
            Encoding.UTF8.GetBytes($"action={action}\n\n", connection.Output);
            if ((await connection.Output.FlushAsync()).IsCompleted)
                return;
        }
    }

    private async ValueTask<string> DecideAsync(PolicyRequest request)
    {
        // At the end of a message with several recipients none is named.
        if (request.Request != PolicyRequest.AccessPolicy || request.Recipient.Length == 0)
            return NoOpinion;
        var resolution = await delivery.ResolveAsync(RecipientAddress.Parse(request.Recipient), connection.Closed);
        if (resolution.Status == RecipientStatus.Unknown && options.RejectUnknownUsers)
            return "550 5.1.1 There is no such user here";
        if (resolution.Recipient is not { } recipient || await door.HasRoomAsync(recipient.Account, request.Size, connection.Closed))
            return NoOpinion;
        QuotaStatusLog.Full(log, recipient.Account, request.Size, connection.Id);
        return options.DeferOverQuota ? "452 4.2.2 The mailbox is full" : "552 5.2.2 The mailbox is full";
    }
}
