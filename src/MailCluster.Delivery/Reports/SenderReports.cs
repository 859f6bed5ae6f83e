using System.Text;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Reports;

// What the sender of a message is told by a message: that it was delivered, where NOTIFY=SUCCESS asks for it (RFC 3461 §5.2.3), and that a script refuses it, where that
// cannot be an answer (RFC 5429 §2.1.2, §2.2.1). Each is a part of the delivery's plan, so it is sent once if the delivery was decided, and not at all if it was not.
//
// All go to the envelope's sender, from nobody (RFC 3464 §2: the null reverse-path), with NOTIFY=NEVER; a message from nobody is never reported on. So no report meets
// another one. They hold the header of the message and not its body: what a forged sender gets back is not worth sending.

/// <summary>Writes them, for one message and one recipient.</summary>
internal sealed class SenderReports(Recipient recipient, DeliveryRequest request, FilterServices services)
{
    private static readonly OutgoingTerms s_terms = OutgoingTerms.None with { Notify = "NEVER" };

    private string Host => services.Options.HostName;

    private string Address => MultipartReport.Safe(recipient.Address.ToString());

    /// <summary>Reports the delivery if that is asked for.</summary>
    public void AddDelivered(FilterPlan plan)
    {
        if (plan.Rejection is not null || plan.IsRefusedByMail || !recipient.WantsSuccessReport || !services.Options.CanSend || !MailText.IsAddress(request.Sender))
            return;
        var words = $"Your message to <{Address}> was delivered.\n\nThat says nothing about whether it was read.";
        Send(plan, Report("delivered", Daemon, "Delivered: your message", words, "delivery-status", StatusOf("delivered", "2.0.0")));
    }

    /// <summary>Reports that a script refuses the message: by a DSN for ereject (RFC 5429 §2.1.2), by an MDN for reject (§2.2.1).</summary>
    public void AddRejected(FilterPlan plan, SieveReject reject, string messageId)
    {
        var words = $"Your message to <{Address}> was refused by the recipient's mail filter.\nThe reason given is:\n\n{reject.Reason}";
        Send(plan, reject.IsEreject
            ? Report("rejected", Daemon, "Refused: your message", words, "delivery-status", StatusOf("failed", "5.7.1"))
            : Report("rejected", Address, "Refused: your message", words, "disposition-notification", DispositionOf(messageId)));
    }

    private string Daemon => $"Mail Delivery System <MAILER-DAEMON@{Host}>";

    private void Send(FilterPlan plan, MultipartReport report) =>
        plan.Send(
            new MailBytes(report.Write()), OutgoingKind.Bounce, "", request.Sender, "", s_terms with { NeedsUtf8 = !Ascii.IsValid(report.From + report.To) });

    private MultipartReport Report(string kind, string from, string subject, string words, string factsType, string facts) => new()
    {
        From = from,
        To = request.Sender,
        Subject = subject,
        MessageId = $"{Guid.NewGuid():N}.{kind}@{Host}",
        Date = services.Time.GetLocalNow(),
        AutoSubmitted = "auto-replied",
        Words = words,
        FactsType = factsType,
        Facts = facts,
        OriginalHeader = MultipartReport.HeaderOf(request.Message),
    };

    // RFC 3464 §2.2 and §2.3.
    private string StatusOf(string action, string status)
    {
        var facts = new StringBuilder();
        if (request.Terms.EnvelopeId.Length > 0)
            facts.Append("Original-Envelope-Id: ").Append(request.Terms.EnvelopeId).Append('\n');
        facts.Append("Reporting-MTA: dns; ").Append(Host).Append("\nArrival-Date: ").Append(MailDate.Of(request.ReceivedAt)).Append("\n\n");
        AppendOriginalRecipient(facts);
        facts.Append("Final-Recipient: ").Append(MultipartReport.Typed(Address))
            .Append("\nAction: ").Append(action).Append("\nStatus: ").Append(status);
        return facts.ToString();
    }

    // RFC 8098 §3; the disposition is the one that RFC 5429 §2.2.1 wants.
    private string DispositionOf(string messageId)
    {
        var facts = new StringBuilder();
        facts.Append("Reporting-UA: ").Append(Host).Append("; MailCluster\n");
        AppendOriginalRecipient(facts);
        facts.Append("Final-Recipient: ").Append(MultipartReport.Typed(Address));
        if (messageId.Length > 0)
            facts.Append("\nOriginal-Message-ID: ").Append(MultipartReport.Safe(messageId));
        return facts.Append("\nDisposition: automatic-action/MDN-sent-automatically; deleted").ToString();
    }

    private void AppendOriginalRecipient(StringBuilder facts)
    {
        if (recipient.OriginalRecipient.Length > 0)
            facts.Append("Original-Recipient: ").Append(MultipartReport.Safe(recipient.OriginalRecipient)).Append('\n');
    }
}
