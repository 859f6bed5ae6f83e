using System.Globalization;
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
        if (redirect.List is not null || !MailText.IsAddress(redirect.Address))
        {
            NotDone($"redirect to {redirect.List ?? redirect.Address}: no such target");
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
        _plan.Send(bytes, OutgoingKind.Redirect, sender, redirect.Address, header, TermsOf(redirect, bytes));
    }

    private OutgoingTerms TermsOf(SieveRedirect redirect, MailBytes message)
    {
        var by = redirect.DeliverBy;
        return new OutgoingTerms(
            redirect.Dsn?.Notify ?? "",
            redirect.Dsn?.Return ?? "",
            DeliverBy: by is null ? null : by.At ?? services.Time.GetUtcNow().AddSeconds(by.Seconds ?? 0),
            DeliverByMode: by is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(by.NotifyMode ? 'N' : 'R')}{(by.Trace ? "T" : "")}"),
            NeedsUtf8: HeaderHasUtf8(message.Bytes.Span));
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
