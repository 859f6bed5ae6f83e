using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>The bodies of a plan, and the command that carries it out.</summary>
public sealed partial class DeliveryService
{
    /// <summary>Stores what is not stored yet and gives the command. All attempts of one plan store each message once.</summary>
    private async ValueTask<DeliverMessage> PrepareAsync(
        FilterPlan plan, Recipient recipient, DeliveryRequest request, PreparedMessage message, Dictionary<MailBytes, NewMessage> stored)
    {
        var date = new InternalDate(request.ReceivedAt);
        foreach (var bytes in plan.Filings.Select(filing => filing.Message).Concat(plan.Outgoing.Select(mail => mail.Message)))
        {
            if (stored.ContainsKey(bytes))
                continue;
            if (bytes.Bytes.Equals(request.Message))
            {
                stored.Add(bytes, await _intake.StoreAsync(recipient.Account, message, date, SystemFlags.None, [], CancellationToken.None));
                continue;
            }

            using var prepared = _intake.Prepare(bytes.Bytes);
            stored.Add(bytes, await _intake.StoreAsync(recipient.Account, prepared, date, SystemFlags.None, [], CancellationToken.None));
        }

        if (plan.Outgoing.Count > 0)
            await _outbox!.NoteAsync(recipient.Account, CancellationToken.None);
        return new DeliverMessage(
            [.. plan.Filings.Select(filing => filing.Filing with
            {
                Message = stored[filing.Message] with { Flags = filing.Filing.Message.Flags, Keywords = filing.Filing.Message.Keywords },
            })],
            [.. plan.Absent],
            [.. plan.Marks],
            [.. plan.Outgoing.Select(mail => stored[mail.Message] is var body
                ? mail.Mail with { EmailId = body.EmailId, Body = body.Body, Size = body.Size }
                : mail.Mail)],
            request.Quota);
    }

    /// <summary>In words that fit a reply (RFC 5321 §4.2); a reason in other letters than ASCII gets general ones (RFC 5429 §2.1.2).</summary>
    private static string RejectionText(string reason)
    {
        var text = string.Join(' ', reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (text.Length == 0 || text.Any(static c => c is < ' ' or > '~'))
            return "The recipient does not accept the message";
        return text.Length <= RejectionMax ? text : text[..RejectionMax];
    }

    private const int RejectionMax = 400;
}
