namespace MailCluster.Auth;

/// <summary>One attempt to log in with a password.</summary>
public sealed record AuthRequest
{
    /// <summary>Where it comes from.</summary>
    public required AuthContext Context { get; init; }

    /// <summary>
    /// The mechanism in upper case, for the log: <c>PLAIN</c>, <c>LOGIN</c>; the IMAP and POP3 commands count as <c>LOGIN</c> and
    /// <c>USER</c>.
    /// </summary>
    public required string Mechanism { get; init; }

    /// <summary>The name as the client sent it (the authentication identity); made canonical by the authenticator.</summary>
    public required string Username { get; init; }

    /// <summary>
    /// The password's bytes as sent (UTF-8 by RFC 4616). The caller keeps the buffer and may clear it once the task is done.
    /// </summary>
    public required ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>
    /// What a mechanism without a password was shown: a token, the answer to a challenge. Failures are counted by it, equal ones once.
    /// </summary>
    public ReadOnlyMemory<byte> Proof { get; init; }

    /// <summary>The proof answers a challenge that no other attempt had, so that equal passwords give different ones.</summary>
    public bool IsProofOnce { get; init; }

    /// <summary>The identity to act as (SASL authzid), or null or empty for the authenticated one itself.</summary>
    public string? AuthorizationId { get; init; }

    /// <summary>A text without the password: records print all their members otherwise.</summary>
    public override string ToString() => $"AuthRequest({Context.Protocol}, {Mechanism}, user={LogText.Escape(Username)})";
}
