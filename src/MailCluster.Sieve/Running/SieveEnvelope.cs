namespace MailCluster.Sieve;

/// <summary>
/// The SMTP envelope as the <c>envelope</c> test sees it (RFC 5228 §5.4, RFC 6009 §2). Addresses are without angle brackets; From is empty for the null
/// reverse-path. A parameter that the client did not give is null.
/// </summary>
/// <param name="From">MAIL FROM.</param>
/// <param name="To">RCPT TO: the one recipient of this run.</param>
/// <param name="AuthenticatedAs">Who the client had logged in as (<c>auth</c>).</param>
public sealed record SieveEnvelope(string From, string To, string? AuthenticatedAs = null)
{
    /// <summary>The characters that separate user and detail in a local part (RFC 5233 §4).</summary>
    public string Separators { get; init; } = "+";

    /// <summary>RCPT NOTIFY (RFC 3461): <c>NEVER</c>, or a list as it was given.</summary>
    public string? Notify { get; init; }

    /// <summary>RCPT ORCPT, decoded: <c>rfc822;user@example.com</c>.</summary>
    public string? OriginalRecipient { get; init; }

    /// <summary>MAIL RET: <c>FULL</c> or <c>HDRS</c>.</summary>
    public string? Return { get; init; }

    /// <summary>MAIL ENVID, decoded.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>MAIL BY (RFC 2852): seconds left; negative if the time has passed.</summary>
    public long? DeliverBySeconds { get; init; }

    /// <summary>MAIL BY: the time the message is to be delivered by.</summary>
    public DateTimeOffset? DeliverByTime { get; init; }

    /// <summary>MAIL BY: <c>N</c> or <c>R</c>.</summary>
    public char? DeliverByMode { get; init; }

    /// <summary>MAIL BY: whether a trace was asked for.</summary>
    public bool DeliverByTrace { get; init; }
}
