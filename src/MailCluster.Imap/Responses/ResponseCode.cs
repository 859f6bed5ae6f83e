namespace MailCluster.Imap.Responses;

/// <summary>
/// Response codes that take no argument (RFC 9051 §7.1, RFC 5530, and as noted). Those with arguments are methods of
/// <see cref="ResponseWriter"/>.
/// </summary>
internal enum ResponseCode
{
    None,
    Alert,
    AlreadyExists,
    AuthenticationFailed,
    AuthorizationFailed,
    Cannot,
    ClientBug,

    /// <summary>RFC 7162 §3.2.11.</summary>
    Closed,
    ContactAdmin,
    Corruption,
    Expired,
    ExpungeIssued,
    HasChildren,
    InUse,
    Limit,

    /// <summary>RFC 7162 §3.1.2.2.</summary>
    NoModSeq,
    NonExistent,
    NoPerm,
    NotSaved,
    OverQuota,
    Parse,
    PrivacyRequired,
    ReadOnly,
    ReadWrite,
    ServerBug,

    /// <summary>RFC 7889 §4, RFC 4469 §5.</summary>
    TooBig,
    TryCreate,
    UidNotSticky,
    Unavailable,

    /// <summary>RFC 9051 §7.1.</summary>
    UnknownCte,

    /// <summary>RFC 6154 §3.</summary>
    UseAttr,
}

/// <summary>How a command ended, or what an untagged line tells (RFC 9051 §7.1).</summary>
internal enum ResponseStatus
{
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// <summary>The words of both.</summary>
internal static class ResponseWords
{
    private static readonly byte[][] Codes =
    [
        .. Enum.GetValues<ResponseCode>().Select(static code => System.Text.Encoding.ASCII.GetBytes(code switch
        {
            ResponseCode.ReadOnly => "READ-ONLY",
            ResponseCode.ReadWrite => "READ-WRITE",
            ResponseCode.UnknownCte => "UNKNOWN-CTE",
            _ => code.ToString().ToUpperInvariant(),
        })),
    ];

    public static ReadOnlySpan<byte> Of(ResponseCode code) => Codes[(int)code];

    public static ReadOnlySpan<byte> Of(ResponseStatus status) => status switch
    {
        ResponseStatus.Ok => "OK"u8,
        ResponseStatus.No => "NO"u8,
        ResponseStatus.Bad => "BAD"u8,
        ResponseStatus.Bye => "BYE"u8,
        _ => "PREAUTH"u8,
    };
}
