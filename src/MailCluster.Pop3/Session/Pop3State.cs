namespace MailCluster.Pop3.Session;

/// <summary>
/// Where a session stands (RFC 1939 §3).
/// <code>
///   Authorization --PASS, APOP, AUTH--> Transaction --QUIT--> Update --> closed
///        |  ^--STLS                          |
///        +--QUIT--> closed                   +--broken link, timeout--> closed, nothing is deleted
/// </code>
/// </summary>
[Flags]
internal enum Pop3State
{
    /// <summary>Nobody is logged in.</summary>
    Authorization = 1,

    /// <summary>The maildrop is open.</summary>
    Transaction = 2,

    /// <summary>QUIT is carried out: no command is read any more.</summary>
    Update = 4,

    Any = Authorization | Transaction,
}
