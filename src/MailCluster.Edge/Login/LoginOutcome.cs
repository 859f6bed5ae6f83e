using MailCluster.Mailboxes;

namespace MailCluster.Edge;

/// <summary>How a login ended. A protocol maps each once: IMAP by RFC 5530, POP3 by RFC 3206.</summary>
public enum LoginOutcome
{
    /// <summary>The session is logged in.</summary>
    Success,

    /// <summary>Wrong name or password, not told apart. IMAP: AUTHENTICATIONFAILED.</summary>
    Failed,

    /// <summary>The identity asked for may not be taken. IMAP: AUTHORIZATIONFAILED.</summary>
    NotAuthorized,

    /// <summary>The account may not log in. IMAP: CONTACTADMIN.</summary>
    Disabled,

    /// <summary>The password would cross, or has crossed, a connection without TLS. IMAP: PRIVACYREQUIRED.</summary>
    PrivacyRequired,

    /// <summary>The node cannot tell now. IMAP: UNAVAILABLE.</summary>
    TemporaryFailure,

    /// <summary>The account has as many connections as it may. IMAP: LIMIT.</summary>
    TooManyConnections,
}

/// <summary>The answer to one login.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Account">The account on success.</param>
/// <param name="Fields">The account's extra fields on success, by Dovecot's names; else empty.</param>
/// <param name="ClientText">A text that may be shown to the client instead of the protocol's own, or null.</param>
public sealed record LoginResult(
    LoginOutcome Outcome,
    AccountId Account,
    IReadOnlyDictionary<string, string> Fields,
    string? ClientText)
{
    public bool IsSuccess => Outcome == LoginOutcome.Success;
}
