namespace MailCluster.Auth;

/// <summary>How an attempt ended. Protocols map it once: RFC 5530 codes for IMAP, RFC 3206 for POP3.</summary>
public enum AuthOutcome
{
    /// <summary>The client is who it says; <see cref="AuthResult.Account"/> is set.</summary>
    Success,

    /// <summary>Wrong name or password; the two are not told apart. IMAP: <c>NO [AUTHENTICATIONFAILED]</c>.</summary>
    Failed,

    /// <summary>The password is right, the authzid asks for somebody else's account. IMAP: <c>NO [AUTHORIZATIONFAILED]</c>.</summary>
    NotAuthorized,

    /// <summary>The password is right, the account may not log in (<c>nologin</c>). IMAP: <c>NO [CONTACTADMIN]</c>.</summary>
    Disabled,

    /// <summary>
    /// The password would have crossed an unencrypted connection: it was not even looked at. IMAP: <c>NO [PRIVACYREQUIRED]</c>.
    /// </summary>
    PrivacyRequired,

    /// <summary>The user database cannot answer, or too many checks are waiting. IMAP: <c>NO [UNAVAILABLE]</c>.</summary>
    TemporaryFailure,
}

/// <summary>The answer to one attempt.</summary>
public sealed record AuthResult
{
    private static readonly IReadOnlyDictionary<string, string> NoFields = new Dictionary<string, string>();

    /// <summary>How it ended.</summary>
    public required AuthOutcome Outcome { get; init; }

    /// <summary>The canonical account id (lower case) on success, else null.</summary>
    public string? Account { get; init; }

    /// <summary>The account's extra fields on success (Dovecot's names, <c>userdb_</c> prefixes kept), else empty.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = NoFields;

    /// <summary>
    /// A short reason for the log (<c>password-mismatch</c>, <c>unknown-user</c> …). Never for the client: it tells which names exist.
    /// </summary>
    public string Reason { get; init; } = "";

    /// <summary>
    /// A text that may be shown to the client, or null. Only an account that is disabled has one (its <c>reason=</c> field).
    /// </summary>
    public string? ClientText { get; init; }

    /// <summary>Who logged in when it was not <see cref="Account"/> itself: a master user, for the log. Else null.</summary>
    public string? MasterUser { get; init; }

    /// <summary>True for <see cref="AuthOutcome.Success"/>.</summary>
    public bool IsSuccess => Outcome == AuthOutcome.Success;

    internal static AuthResult Succeeded(string account, IReadOnlyDictionary<string, string> fields, string? masterUser = null) =>
        new() { Outcome = AuthOutcome.Success, Account = account, Fields = fields, MasterUser = masterUser, Reason = "ok" };

    internal static AuthResult Refused(AuthOutcome outcome, string reason, string? clientText = null) =>
        new() { Outcome = outcome, Reason = reason, ClientText = clientText };
}
