using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Smtp;

/// <summary>One transaction: who sends what to whom.</summary>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Recipient">Whom it is for.</param>
/// <param name="Terms">Passed on as far as the relay understands them.</param>
internal sealed record SmtpEnvelope(string Sender, string Recipient, OutgoingTerms Terms);

/// <summary>The octets of a message, read in pieces.</summary>
internal interface IMailContent
{
    /// <summary>In octets.</summary>
    long Length { get; }

    /// <summary>Reads some octets from <paramref name="offset"/>; 0 at the end.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);
}

/// <summary>What became of a transaction.</summary>
/// <param name="Status">Whether the relay has it.</param>
/// <param name="Code">The enhanced code (RFC 3463) that says why.</param>
/// <param name="Text">The relay's words, or ours.</param>
internal sealed record SmtpOutcome(SmtpStatus Status, string Code, string Text)
{
    public static SmtpOutcome Of(SmtpReply reply) => new(
        reply.IsPositive ? SmtpStatus.Accepted : reply.IsTransient ? SmtpStatus.Transient : SmtpStatus.Permanent, reply.Status, reply.Text);
}

internal enum SmtpStatus
{
    /// <summary>The relay has taken it and answers for it.</summary>
    Accepted,

    /// <summary>Not now.</summary>
    Transient,

    /// <summary>Never.</summary>
    Permanent,

    /// <summary>The whole message was sent and no answer came: the relay may have it (RFC 1047).</summary>
    Unknown,
}
