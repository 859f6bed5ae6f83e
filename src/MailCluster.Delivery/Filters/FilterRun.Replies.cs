using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>vacation (RFC 5230, RFC 6131) and the rules of automatic replies (RFC 3834).</summary>
internal sealed partial class FilterRun
{
    /// <summary>Who writes from these reads no replies (RFC 5230 §4.6, RFC 3834 §2).</summary>
    private static readonly string[] s_machines = ["mailer-daemon", "listserv", "majordomo", "noreply", "no-reply"];

    private static readonly string[] s_listFields =
        ["List-Id", "List-Help", "List-Subscribe", "List-Unsubscribe", "List-Post", "List-Owner", "List-Archive"];

    private async ValueTask ReplyAsync(SieveVacation vacation, string messageId, CancellationToken cancellationToken)
    {
        if (ReasonNotToReply(vacation) is { } reason)
        {
            FilterLog.NoReply(services.Log, recipient.Account, request.Session, reason);
            return;
        }

        var sender = request.Sender;
        if (vacation.Interval > TimeSpan.Zero)
        {
            // RFC 5230 §4.2: once a sender and handle.
            var key = MarkKey.Of("vacation", vacation.Handle, sender.ToLowerInvariant());
            if (await _host.IsMarkedAsync(key, cancellationToken))
            {
                FilterLog.NoReply(services.Log, recipient.Account, request.Session, "the sender had one");
                return;
            }

            _plan.Marks.Add(new DeliveryMark(key, services.Time.GetUtcNow() + vacation.Interval));
        }

        var reply = new MailBytes(WriteReply(vacation, messageId));
        // RFC 3834 §3.3: the null sender, so that a reply is never answered by a machine.
        _plan.Send(reply, OutgoingKind.Reply, "", sender, "", OutgoingTerms.None with { Notify = "NEVER", NeedsUtf8 = HeaderHasUtf8(reply.Bytes.Span) });
        await FileCopyAsync(reply, vacation.Fcc, cancellationToken);
    }

    /// <summary>Null: a reply is in order.</summary>
    private string? ReasonNotToReply(SieveVacation vacation)
    {
        var root = vacation.Message.Root;
        if (ReasonNotToWrite(root) is { } reason)
            return reason;
        if (vacation.Addresses.Contains(request.Sender, StringComparer.OrdinalIgnoreCase))
            return "the sender is the recipient";
        if (root.Fields("Precedence").Any(static field => FirstWord(field.Text).ToLowerInvariant() is "bulk" or "list" or "junk"))
            return "the message is bulk mail";
        if (root.Fields("X-Auto-Response-Suppress").Any(static field =>
            field.Text.Contains("All", StringComparison.OrdinalIgnoreCase) || field.Text.Contains("OOF", StringComparison.OrdinalIgnoreCase)))
            return "the sender wants no replies";
        if (s_listFields.Any(name => root.Fields(name).Count > 0))
            return "the message is from a list";
        return IsAddressed(root, vacation) ? null : "the message is not addressed to the recipient (RFC 5230 §4.5)";
    }

    /// <summary>Null: the sender may be written to by a machine (RFC 3834 §2).</summary>
    private string? ReasonNotToWrite(SievePart root)
    {
        var sender = request.Sender;
        if (!Options.CanSend)
            return "no relay is configured (outbound.relay)";
        if (sender.Length == 0 || !MailText.IsAddress(sender))
            return "the message has no sender";
        var local = sender[..sender.LastIndexOf('@')].ToLowerInvariant();
        if (IsOwn(sender))
            return "the sender is the recipient";
        if (s_machines.Contains(local) || local.StartsWith("owner-", StringComparison.Ordinal)
            || local.EndsWith("-request", StringComparison.Ordinal) || local.EndsWith("-owner", StringComparison.Ordinal) || local.EndsWith("-bounces", StringComparison.Ordinal))
            return $"<{sender}> is a machine";
        return root.Fields("Auto-Submitted").Any(static field => !FirstWord(field.Text).Equals("no", StringComparison.OrdinalIgnoreCase))
            ? "the message is automatic (RFC 3834)"
            : null;
    }

    private bool IsAddressed(SievePart root, SieveVacation vacation)
    {
        foreach (var name in (ReadOnlySpan<string>)["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"])
        {
            foreach (var field in root.Fields(name))
            {
                if (field.Addresses.Any(address => IsOwn(address.Address) || vacation.Addresses.Contains(address.Address, StringComparer.OrdinalIgnoreCase)))
                    return true;
            }
        }

        return false;
    }

    private byte[] WriteReply(SieveVacation vacation, string messageId)
    {
        var root = vacation.Message.Root;
        var original = root.Fields("Subject") is [var field, ..] ? field.Text : "";
        var text = new ByteBuffer(1024);
        MailText.Addresses(text, "From", vacation.From is { Length: > 0 } from ? from : OwnAddress);
        MailText.Raw(text, $"To: <{request.Sender}>\r\n");
        MailText.Field(text, "Subject", vacation.Subject ?? (original.Length > 0 ? "Auto: " + original : "Automated reply")); // RFC 5230 §5.3
        AppendTrace(text, "vacation", messageId, vacation.Handle);
        MailText.Raw(text, "Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk\r\n");
        if (messageId.Length > 0)
        {
            // RFC 5230 §5.8 and RFC 5322 §3.6.4.
            MailText.Field(text, "In-Reply-To", messageId);
            var references = root.Fields("References") is [var all, ..] ? all.Text : root.Fields("In-Reply-To") is [var parent, ..] ? parent.Text : "";
            MailText.Field(text, "References", references.Length is > 0 and < 4_000 ? $"{references} {messageId}" : messageId);
        }

        if (vacation.IsMime)
        {
            MailText.Raw(text, "MIME-Version: 1.0\r\n" + vacation.Reason.ReplaceLineEndings("\r\n"));
            if (!vacation.Reason.EndsWith('\n'))
                MailText.Raw(text, "\r\n");
        }
        else
        {
            MailText.PlainBody(text, vacation.Reason);
        }

        return text.ToArray();
    }

    /// <summary>Date and Message-ID. The id is the same for the same answer to the same message, so that a copy that goes out twice can be seen to be one.</summary>
    private void AppendTrace(ByteBuffer text, string kind, string messageId, string what)
    {
        var id = messageId.Length > 0
            ? MarkKey.Of("message-id", kind, recipient.Account.Value, messageId, request.Sender, what + request.Event?.Key).Value
            : Guid.NewGuid();
        MailText.Raw(text, $"Date: {MailDate.Of(services.Time.GetLocalNow())}\r\nMessage-ID: <{id:N}.{kind}@{Options.HostName}>\r\nX-Sieve: MailCluster\r\n");
    }

    private static string FirstWord(string text)
    {
        var end = text.AsSpan().IndexOfAny(' ', ';', '\t');
        return end < 0 ? text : text[..end];
    }
}
