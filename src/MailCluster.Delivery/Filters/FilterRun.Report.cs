using System.Net;
using MailCluster.Delivery.Reports;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>report (vnd.dovecot.report): a message in the format of RFC 5965, a multipart/report of three parts: words for people, fields for machines, the message.</summary>
internal sealed partial class FilterRun
{
    /// <summary>Never costs the message, and never keeps one: the script says what becomes of it besides.</summary>
    private void Report(SieveReportAbuse report)
    {
        if (!Options.CanSend || IsReport(report.Message))
        {
            FilterLog.NoReply(
                services.Log, recipient.Account, request.Session,
                Options.CanSend ? "no report of a report" : "no relay is configured (outbound.relay)");
            return;
        }

        var message = new MailBytes(WriteReport(report));
        // The null sender: a report that cannot be delivered is nobody's mail to read.
        _plan.Send(
            message, OutgoingKind.Notification, "", report.Address, "", OutgoingTerms.None with { Notify = "NEVER", NeedsUtf8 = HeaderHasUtf8(message.Bytes.Span) });
    }

    /// <summary>Two sites that report each other's reports would never end.</summary>
    private static bool IsReport(SieveMessage message) =>
        message.Root.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) && message.Root.Subtype.Equals("report", StringComparison.OrdinalIgnoreCase)
        && message.Root.Fields("Content-Type").Any(static field => field.Text.Contains("feedback-report", StringComparison.OrdinalIgnoreCase));

    private byte[] WriteReport(SieveReportAbuse report)
    {
        var bytes = BytesOf(report.Message).Bytes;
        var subject = report.Message.Root.Fields("Subject") is [var field, ..] ? field.Text : "(no subject)";
        return new MultipartReport
        {
            From = Options.ReportFrom ?? $"Postmaster <postmaster@{OwnAddress[(OwnAddress.LastIndexOf('@') + 1)..]}>",
            To = report.Address,
            Subject = $"Report: {subject}",
            MessageId = $"{Guid.NewGuid():N}.report@{Options.HostName}",
            Date = services.Time.GetLocalNow(),
            AutoSubmitted = "auto-generated (report)",
            MoreFields = "X-Sieve: MailCluster\r\n",
            Words = report.Text.TrimEnd('\r', '\n'),
            FactsType = "feedback-report",
            Facts = FactsOf(report),
            OriginalHeader = report.HeadersOnly ? MultipartReport.HeaderOf(bytes) : bytes,
            IsWholeMessage = !report.HeadersOnly,
        }.Write();
    }

    // RFC 5965 §3.1 and §3.2.
    private string FactsOf(SieveReportAbuse report) => $"""
        Feedback-Type: {report.FeedbackType}
        User-Agent: MailCluster/{typeof(FilterRun).Assembly.GetName().Version?.ToString(3)}
        Version: 1
        Original-Mail-From: <{MultipartReport.Safe(request.Sender)}>
        Original-Rcpt-To: <{MultipartReport.Safe(OwnAddress)}>
        Arrival-Date: {MailDate.Of(request.ReceivedAt)}
        Reporting-MTA: dns; {Options.HostName}
        """ + SourceAddress();

    /// <summary>The client's address, where it is one of somebody else.</summary>
    private string SourceAddress() => IPAddress.TryParse(request.ClientAddress, out var address) && !IPAddress.IsLoopback(address) ? $"\nSource-IP: {address}" : "";
}
