using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>The envelope as scripts see it (RFC 5228 §5.4, RFC 6009).</summary>
internal sealed partial class FilterRun
{
    private SieveEnvelope EnvelopeOf()
    {
        var terms = request.Terms;
        return new SieveEnvelope(request.Sender, OwnAddress)
        {
            Notify = NullIfEmpty(recipient.Notify),
            OriginalRecipient = NullIfEmpty(recipient.OriginalRecipient),
            Return = NullIfEmpty(terms.Return),
            EnvelopeId = NullIfEmpty(terms.EnvelopeId),
            DeliverByTime = terms.DeliverBy,
            DeliverBySeconds = terms.DeliverBy is { } by ? (long)Math.Floor((by - services.Time.GetUtcNow()).TotalSeconds) : null,
            DeliverByMode = terms.DeliverBy is null ? null : terms.IsNotifyMode ? 'N' : 'R',
            DeliverByTrace = terms.IsTraced,
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
