using System.Globalization;
using System.Text;
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
        AccountId account, OutboxEntry entry, SmtpOutcome outcome, ReadOnlySpan<byte> originalHeader, string host, DateTimeOffset now)
    {
        var boundary = $"=_{entry.Id}";
        var date = MailDate.Of(now);
        var text = new StringBuilder();
        text.Append(string.Create(CultureInfo.InvariantCulture, $"""
            Return-Path: <>
            Date: {date}
            From: Mail Delivery System <MAILER-DAEMON@{host}>
            To: <{account}>
            Subject: Undelivered mail: not forwarded to {Safe(entry.Mail.Recipient)}
            Message-ID: <{entry.Id}.dsn@{host}>
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"

            --{boundary}
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            A message to you was to be forwarded to <{Safe(entry.Mail.Recipient)}>, by a filter of yours.
            It could not be, and will not be tried again:

                {Safe(outcome.Text)}

            The header of the message is attached.

            --{boundary}
            Content-Type: message/delivery-status

            Reporting-MTA: dns; {host}
            Arrival-Date: {MailDate.Of(entry.QueuedAt)}

            Final-Recipient: rfc822; {Safe(entry.Mail.Recipient)}
            Action: failed
            Status: {outcome.Code}
            Diagnostic-Code: smtp; {Safe(outcome.Text)}
            Last-Attempt-Date: {date}

            --{boundary}
            Content-Type: text/rfc822-headers
            Content-Transfer-Encoding: 8bit


            """).ReplaceLineEndings("\r\n"));
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        return [.. Encoding.UTF8.GetBytes(text.ToString()), .. originalHeader, .. end];
    }

    private static string Safe(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
}
