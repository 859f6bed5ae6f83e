namespace MailCluster.Lmtp;

/// <summary>What configuration says about LMTP.</summary>
public sealed record LmtpOptions
{
    /// <summary>The largest message, bytes as sent; advertised as SIZE (RFC 1870). 1 to 2 000 000 000. 50 MB, what most senders allow.</summary>
    public long MessageSizeMax { get; init; } = 50L * 1024 * 1024;

    /// <summary>Recipients of one message. RFC 5321 §4.5.3.1.8: at least 100. A mailing list's MTA uses as many as it is given.</summary>
    public int RecipientsMax { get; init; } = 1000;

    /// <summary>
    /// Bytes of a command line with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512, and the extensions add: SIZE 26 (RFC 1870 §5), BODY 17, SMTPUTF8 10, and
    /// of DSN 107 at MAIL and 528 at RCPT (RFC 3461 §4), BY 17 (RFC 2852 §3); the rest is room.
    /// </summary>
    public int LineBytesMax { get; init; } = 2048;

    /// <summary>Refused commands after which the session is closed. A client that errs so often does not speak LMTP, or probes for addresses.</summary>
    public int ErrorsMax { get; init; } = 100;

    /// <summary>Commands between two messages after which the session is closed: what NOOP and RSET for ever would cost.</summary>
    public int IdleCommandsMax { get; init; } = 5000;

    /// <summary>Whether each stored message begins with <c>Delivered-To</c>. The bytes then differ by recipient, and a message for many is stored one recipient after the other.</summary>
    public bool AddDeliveredTo { get; init; }

    /// <summary>Whether the <c>Received</c> line names the recipient when there is only one. What RFC 5321 §4.4 allows, and helps when mail is traced.</summary>
    public bool ReceivedFor { get; init; } = true;

    /// <summary>Whether RCPT for an account that has no room is refused at once. Off: only after the message, which then has come for nothing.</summary>
    public bool RecipientQuotaCheck { get; init; } = true;

    /// <summary>Whether the sender of mail for a full account is to try again (452 4.2.2) rather than give up (552 5.2.2).</summary>
    public bool DeferOverQuota { get; init; }

    /// <summary>
    /// Whether reports can be sent: then DSN (RFC 3461) and DELIVERBY (RFC 2852) are advertised, and with them goes the duty to report what NOTIFY=SUCCESS asks for.
    /// </summary>
    public bool SendsReports { get; init; }
}
