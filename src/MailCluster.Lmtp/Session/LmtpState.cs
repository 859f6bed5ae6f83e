namespace MailCluster.Lmtp.Session;

/// <summary>
/// Where a session stands.
/// <code>
///   Fresh --LHLO--> Ready --MAIL--> Sender --RCPT--> Recipients --BDAT--> Chunks
///                     ^                                  |                  |
///                     +--------- DATA, BDAT LAST, RSET, LHLO --------------+
///   any --STARTTLS--> Fresh        any --QUIT--> closed
/// </code>
/// </summary>
[Flags]
internal enum LmtpState
{
    /// <summary>Before LHLO.</summary>
    Fresh = 1,

    /// <summary>Greeted, no transaction.</summary>
    Ready = 2,

    /// <summary>A transaction without a recipient.</summary>
    Sender = 4,

    /// <summary>A transaction with recipients.</summary>
    Recipients = 8,

    /// <summary>A transaction whose message is arriving in chunks (RFC 3030).</summary>
    Chunks = 16,

    Greeted = Ready | Sender | Recipients | Chunks,

    Any = Fresh | Greeted,
}
