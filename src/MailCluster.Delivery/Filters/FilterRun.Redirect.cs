using System.Globalization;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>redirect (RFC 5228 §4.2), with protection against loops.</summary>
internal sealed partial class FilterRun
{
    private const string RedirectedFrom = "X-Sieve-Redirected-From";

    /// <summary>RFC 5321 §6.3: a hundred Received fields are a loop.</summary>
    private const int ReceivedMax = 100;

    private async ValueTask RedirectAsync(SieveRedirect redirect, string messageId, CancellationToken cancellationToken)
    {
        if (redirect.List is { } list)
        {
            await RedirectToListAsync(redirect, list, messageId, cancellationToken);
            return;
        }

        if (!MailText.IsAddress(redirect.Address))
        {
            NotDone($"redirect to {redirect.Address}: no such target");
            return;
        }

        if (!Options.CanSend)
        {
            NotDone($"redirect to <{redirect.Address}>: no relay is configured (outbound.relay)");
            return;
        }

        if (IsOwn(redirect.Address))
        {
            // To oneself is where it is.
            Keep(BytesOf(redirect.Message), []);
            return;
        }

        if (IsLoop(redirect.Message))
        {
            NotDone($"redirect to <{redirect.Address}>: the message has been here before");
            return;
        }

        if (messageId.Length > 0)
        {
            // The same message by another way, or again: the target has it.
            var key = MarkKey.Of("redirect", messageId, redirect.Address.ToLowerInvariant());
            if (await _host.IsMarkedAsync(key, cancellationToken))
                return;
            _plan.Marks.Add(new DeliveryMark(key, services.Time.GetUtcNow() + Options.RedirectMemory));
        }

        var sender = request.Sender.Length == 0 ? "" : Options.RedirectFrom switch
        {
            RedirectSender.Recipient => OwnAddress,
            RedirectSender.None => "",
            _ => request.Sender,
        };
        var header = $"X-Sieve: MailCluster\r\n{RedirectedFrom}: {OwnAddress}\r\n";
        var bytes = BytesOf(redirect.Message);
        _plan.Send(bytes, OutgoingKind.Redirect, sender, redirect.Address, header, TermsOf(redirect, bytes, sender == request.Sender));
    }

    // The script's word comes first (RFC 6009 §3, §4). Otherwise what the sender asked for goes along if reports go back to them (RFC 3461 §5.2.1, RFC 2852 §4), but for
    // SUCCESS: of that they are told from here, and where mail is forwarded to is the user's own business.
    private OutgoingTerms TermsOf(SieveRedirect redirect, MailBytes message, bool isFromSender)
    {
        var by = redirect.DeliverBy;
        var terms = isFromSender ? request.Terms : MailTerms.None;
        var inherited = terms.DeliverBy is null || by is not null ? "" : $"{(terms.IsNotifyMode ? 'N' : 'R')}{(terms.IsTraced ? "T" : "")}";
        return new OutgoingTerms(
            redirect.Dsn?.Notify ?? (isFromSender ? NotifyAlong(recipient.Notify) : ""),
            redirect.Dsn?.Return ?? terms.Return,
            XText.Encode(terms.EnvelopeId),
            isFromSender ? OriginalRecipientAlong(recipient.OriginalRecipient) : "",
            by is null ? terms.DeliverBy : by.At ?? services.Time.GetUtcNow().AddSeconds(by.Seconds ?? 0),
            by is null ? inherited : string.Create(CultureInfo.InvariantCulture, $"{(by.NotifyMode ? 'N' : 'R')}{(by.Trace ? "T" : "")}"),
            HeaderHasUtf8(message.Bytes.Span));
    }

    private static string NotifyAlong(string notify)
    {
        if (notify is "" or "NEVER")
            return notify;
        var rest = string.Join(',', notify.Split(',').Where(static key => key != "SUCCESS"));
        return rest.Length > 0 ? rest : "NEVER";
    }

    private static string OriginalRecipientAlong(string original)
    {
        var semicolon = original.IndexOf(';', StringComparison.Ordinal);
        return semicolon < 0 ? "" : $"{original[..semicolon]};{XText.Encode(original[(semicolon + 1)..])}";
    }

    private bool IsLoop(SieveMessage message) =>
        message.Root.Fields("Received").Count > ReceivedMax
        || message.Root.Fields(RedirectedFrom).Any(field => field.Text.Equals(OwnAddress, StringComparison.OrdinalIgnoreCase));

    private bool IsOwn(string address) =>
        address.Equals(OwnAddress, StringComparison.OrdinalIgnoreCase) || address.Equals(recipient.Account.Value, StringComparison.OrdinalIgnoreCase);

    private static bool HeaderHasUtf8(ReadOnlySpan<byte> message)
    {
        var fields = new HeaderFieldReader(message);
        while (fields.MoveNext())
        {
            if (fields.Field.ContainsAnyInRange((byte)0x80, (byte)0xff))
                return true;
        }

        return false;
    }
}
