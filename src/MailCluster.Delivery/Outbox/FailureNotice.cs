using MailCluster.Delivery.Reports;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Outbox;

/// <summary>Writes the message that tells an account's owner that mail of theirs was not forwarded (RFC 3464, in the form of RFC 6522).</summary>
internal static class FailureNotice
{
    /// <param name="account">Whose mailbox it is for.</param>
    /// <param name="entry">What was not sent; its id makes the notice's Message-ID, so that a notice that is written twice is one.</param>
    /// <param name="outcome">Why.</param>
    /// <param name="originalHeader">The header of the message that was not sent.</param>
    /// <param name="host">Who writes.</param>
    /// <param name="now">When.</param>
    public static byte[] Write(
        AccountId account, OutboxEntry entry, SmtpOutcome outcome, ReadOnlyMemory<byte> originalHeader, string host, DateTimeOffset now)
    {
        var recipient = entry.Mail.Recipient;
        return new MultipartReport
        {
            MoreFields = "Return-Path: <>\n",
            From = $"Mail Delivery System <MAILER-DAEMON@{host}>",
            To = account.Value,
            Subject = $"Undelivered mail: not forwarded to {recipient}",
            MessageId = $"{entry.Id}.dsn@{host}",
            Date = now,
            AutoSubmitted = "auto-replied",
            Words = $"""
                A message to you was to be forwarded to <{MultipartReport.Safe(recipient)}>, by a filter of yours.
                It could not be, and will not be tried again:

                    {MultipartReport.Safe(outcome.Text)}

                The header of the message is attached.
                """,
            FactsType = "delivery-status",
            Facts = $"""
                Reporting-MTA: dns; {host}
                Arrival-Date: {MailDate.Of(entry.QueuedAt)}

                Final-Recipient: {MultipartReport.Typed(recipient)}
                Action: failed
                Status: {outcome.Code}
                Diagnostic-Code: smtp; {MultipartReport.Safe(outcome.Text)}
                Last-Attempt-Date: {MailDate.Of(now)}
                """,
            OriginalHeader = originalHeader,
        }.Write();
    }
}
