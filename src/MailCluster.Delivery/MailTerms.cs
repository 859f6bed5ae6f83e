namespace MailCluster.Delivery;

/// <summary>What the sender asks for in MAIL, besides that the message is delivered.</summary>
/// <param name="Return">RET (RFC 3461 §4.3): <c>FULL</c>, <c>HDRS</c>, or empty.</param>
/// <param name="EnvelopeId">ENVID (RFC 3461 §4.4), decoded: printable ASCII; or empty.</param>
/// <param name="DeliverBy">BY (RFC 2852): by when; null for at any time.</param>
/// <param name="IsNotifyMode">BY: late is told and delivered all the same (N), not returned (R).</param>
/// <param name="IsTraced">BY: with T.</param>
public sealed record MailTerms(string Return = "", string EnvelopeId = "", DateTimeOffset? DeliverBy = null, bool IsNotifyMode = false, bool IsTraced = false)
{
    public static MailTerms None { get; } = new();
}
