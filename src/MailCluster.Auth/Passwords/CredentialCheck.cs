using MailCluster.Auth.PassDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// What every database that keeps stored passwords answers: one place decides about <c>nopassword</c>, locked accounts and unusable hashes.
/// </summary>
internal static class CredentialCheck
{
    /// <summary>Any password opens the account (Dovecot's field; for mechanisms that proved the identity some other way).</summary>
    public const string NoPassword = "nopassword";

    /// <summary>The account is only looked up here; a later database checks the password.</summary>
    public const string NoAuthenticate = "noauthenticate";

    /// <summary>False for a locked account, in the manner of /etc/shadow.</summary>
    public static bool IsOpen(string? stored) => stored is { Length: > 0 } && stored[0] is not ('*' or '!');

    /// <summary>Answers a password check for an account that was found.</summary>
    /// <param name="hashing">Runs the scheme.</param>
    /// <param name="query">The question.</param>
    /// <param name="user">The account and its fields.</param>
    /// <param name="stored">Its stored password, <c>{SCHEME}data</c>; null, empty or locked: none.</param>
    /// <param name="standIn">What an unknown user would cost.</param>
    /// <param name="password">What the client sent.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    /// <exception cref="PasswordSchemeException">The stored password cannot be checked.</exception>
    public static async ValueTask<PassDbResult> VerifyAsync(
        PasswordHashing hashing, PassDbQuery query, UserInfo user, string? stored, string? standIn, ReadOnlyMemory<byte> password,
        CancellationToken cancellationToken)
    {
        if (query.IsVerified || NeedsNone(user, stored)) return new PassDbResult(PassDbStatus.Match, user);
        // A locked account costs the same as an unknown one, and is refused the same way.
        if (!IsOpen(stored)) return new PassDbResult(PassDbStatus.UnknownUser, StandIn: standIn);
        return await hashing.VerifyAsync(user.Account, stored!, password, cancellationToken) switch
        {
            PasswordCheck.Match => new PassDbResult(PassDbStatus.Match, user),
            PasswordCheck.Mismatch => PassDbResult.Mismatch,
            _ => new PassDbResult(PassDbStatus.Busy),
        };
    }

    /// <summary>Answers a look-up of credentials for an account that was found.</summary>
    public static PassDbResult Credentials(PassDbQuery query, UserInfo user, string? stored, string? standIn)
    {
        if (query.IsVerified || user.Fields.ContainsKey(NoAuthenticate)) return new PassDbResult(PassDbStatus.Match, user);
        // "Any password" has no credentials that a mechanism could prove to know.
        return IsOpen(stored)
            ? new PassDbResult(PassDbStatus.Match, user) { Credentials = [stored!] }
            : new PassDbResult(PassDbStatus.UnknownUser, StandIn: standIn);
    }

    private static bool NeedsNone(UserInfo user, string? stored) =>
        user.Fields.ContainsKey(NoAuthenticate) || (user.Fields.ContainsKey(NoPassword) && string.IsNullOrEmpty(stored));
}
