using System.Diagnostics.CodeAnalysis;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>notify by mailto (RFC 5435, RFC 5436).</summary>
internal sealed partial class FilterRun
{
    private static readonly string[] s_ownFields = ["Importance", "X-Priority", "X-Sieve"];

    private async ValueTask NotifyAsync(SieveNotify notify, string messageId, CancellationToken cancellationToken)
    {
        // RFC 5436 §2.1 asks for care, since machines that notify each other never end: whatever is automatic is not notified of.
        var root = notify.Message.Root;
        var isAutomatic = root.Fields("Auto-Submitted").Any(static field => !FirstWord(field.Text).Equals("no", StringComparison.OrdinalIgnoreCase));
        if (isAutomatic || !Options.CanSend || !TryTarget(notify.Method, out var target))
        {
            FilterLog.NoReply(
                services.Log, recipient.Account, request.Session,
                isAutomatic ? "no notification of what is automatic" : Options.CanSend ? "no such way to notify" : "no relay is configured (outbound.relay)");
            return;
        }

        var notice = new MailBytes(WriteNotice(notify, target, messageId));
        // RFC 5436 §2.2: empty if the triggering message's is, else the owner's.
        var sender = request.Sender.Length == 0 ? "" : OwnAddress;
        foreach (var address in target.Recipients)
        {
            _plan.Send(
                notice, OutgoingKind.Notification, sender, address, "", OutgoingTerms.None with { Notify = "NEVER", NeedsUtf8 = HeaderHasUtf8(notice.Bytes.Span) });
        }

        await FileCopyAsync(notice, notify.Fcc, cancellationToken);
    }

    /// <summary>Whom a notification can be sent to: a mailto URI whose addresses can stand in an envelope.</summary>
    public static bool TryTarget(string uri, [NotNullWhen(true)] out MailtoUri? target) =>
        MailtoUri.TryParse(uri, out target) && target.Recipients.All(MailText.IsAddress);

    private byte[] WriteNotice(SieveNotify notify, MailtoUri target, string messageId)
    {
        var root = notify.Message.Root;
        var subject = root.Fields("Subject") is [var field, ..] ? field.Text : "";
        var from = root.Fields("From") is [var author, ..] ? author.Text : request.Sender;
        var line = notify.Text ?? $"{from}: {subject}";
        var text = new ByteBuffer(1024);
        MailText.Addresses(text, "From", notify.From is { Length: > 0 } given ? given : OwnAddress);
        if (!target.To.IsEmpty)
            MailText.Addresses(text, "To", string.Join(", ", target.To));
        if (!target.Cc.IsEmpty)
            MailText.Addresses(text, "Cc", string.Join(", ", target.Cc));
        MailText.Field(text, "Subject", target.Subject ?? line);
        AppendTrace(text, "notify", messageId, notify.Method + notify.Text);
        MailText.Raw(text, $"Auto-Submitted: auto-notified; owner-email=\"{OwnAddress.Replace("\"", "", StringComparison.Ordinal)}\"\r\n"); // RFC 5436 §2.7.1
        MailText.Raw(text, notify.Importance switch
        {
            1 => "Importance: high\r\nX-Priority: 1 (High)\r\n",
            3 => "Importance: low\r\nX-Priority: 5 (Low)\r\n",
            _ => "Importance: normal\r\nX-Priority: 3 (Normal)\r\n",
        });
        // RFC 5436 §2.7: fields of the URI; those that a notification makes itself are not among them.
        foreach (var (name, value) in target.Headers.Where(static field => !s_ownFields.Contains(field.Key, StringComparer.OrdinalIgnoreCase)))
            MailText.Field(text, name, value);
        MailText.PlainBody(text, target.Body ?? $"Message from {from}\nSubject: {subject}\n");
        return text.ToArray();
    }
}
