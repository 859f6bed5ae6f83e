using MailCluster.Auth.Drivers;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Chains;

/// <summary>
/// What a log-in asks of the databases, in three steps: the names (<see cref="Ask"/>), the proof (<see cref="Passwords"/>), the
/// admission (<see cref="AdmitAsync"/>). Knows nothing of mechanisms, delays and log lines.
/// </summary>
internal sealed class AuthDatabases(PassDbChain passwords, UserDbChain? users, AuthOptions options, ILogger<AuthDatabases> logger)
{
    /// <summary>The chain of password databases.</summary>
    public PassDbChain Passwords => passwords;

    /// <summary>What the databases can do: a mechanism that needs more is not offered.</summary>
    public PassDbCapabilities Capabilities => passwords.Capabilities;

    /// <summary>
    /// Makes a question of the names that the client sent; null when one cannot be a name. <c>user*master</c> and an authorization
    /// identity that differs are a master user's log-in.
    /// </summary>
    /// <param name="context">Where it comes from.</param>
    /// <param name="mechanism">The mechanism in upper case.</param>
    /// <param name="username">The authentication identity; may be empty where the token or certificate brings it.</param>
    /// <param name="authorizationId">The identity to act as, or null or empty.</param>
    public PassDbQuery? Ask(AuthContext context, string mechanism, string username, string? authorizationId)
    {
        var other = string.IsNullOrEmpty(authorizationId) ? null : authorizationId;
        if (options.MasterUserSeparator is { } separator && username.IndexOf(separator, StringComparison.Ordinal) is > 0 and var at)
        {
            // Dovecot: "login user" first, then who has the password. An authzid besides would be a third identity.
            other ??= username[..at];
            username = username[(at + 1)..];
        }

        var account = "";
        if (username.Length > 0 && !UserName.TryParse(username, out account, out _)) return null;
        string? loginUser = null;
        if (other is not null && !UserName.TryParse(other, out loginUser, out _)) loginUser = NobodysName;
        return new PassDbQuery
        {
            Account = account ?? "",
            LoginUser = loginUser == account ? null : loginUser,
            Mechanism = mechanism,
            Context = context,
        };
    }

    /// <summary>
    /// Looks up an identity that was proved by other means (a Kerberos ticket): its fields, the deny lists. A database that cannot be
    /// asked without a password, or does not know the name, says nothing against it as long as user databases decide who exists.
    /// </summary>
    public async ValueTask<PassDbResult> LookUpProvenAsync(PassDbQuery query, CancellationToken cancellationToken)
    {
        var result = await passwords.LookupCredentialsAsync(query with { IsVerified = true }, cancellationToken);
        return users is not null && result is { Status: PassDbStatus.UnknownUser or PassDbStatus.NotSupported }
            ? new PassDbResult(PassDbStatus.Match, new UserInfo(query.Account, query.Fields))
            : result;
    }

    /// <summary>
    /// Decides about a proven identity: may it act as the one it asked for, may it log in, and what does the user database say about it.
    /// </summary>
    /// <param name="query">The question.</param>
    /// <param name="proven">The chain's match, or one that the mechanism made itself.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    public async ValueTask<AuthResult> AdmitAsync(PassDbQuery query, PassDbResult proven, CancellationToken cancellationToken)
    {
        var user = proven.User!;
        // RFC 4616 §2: the server decides whether authcid may act as authzid. Only master users may act as another here.
        if (query.LoginUser is not null && proven.MasterUser is null && query.LoginUser != user.Account)
            return AuthResult.Refused(AuthOutcome.NotAuthorized, "authzid-refused");
        if (users is not null)
        {
            var found = await users.FindAsync(
                new UserDbQuery(user.Account, query.Context.Protocol, user.Fields, query.Context) { Trace = query.Trace }, cancellationToken);
            // A password without a user is a fault of the configuration, not of the client.
            if (found.Status != UserDbStatus.Found)
                return AuthResult.Refused(
                    AuthOutcome.TemporaryFailure, found.Status == UserDbStatus.UnknownUser ? "not-in-userdb" : "internal-failure");
            user = found.User!;
        }

        if (user.Fields.ContainsKey("proxy")) DatabaseLog.ProxyIgnored(logger, user.Account);
        if (user.IsLoginDisabled) return AuthResult.Refused(AuthOutcome.Disabled, "nologin", user.Fields.GetValueOrDefault("reason"));
        return AuthResult.Succeeded(user.Account, user.Fields, proven.MasterUser);
    }

    /// <summary>What an answer that is no match means to the log-in.</summary>
    /// <param name="query">The question; null when there was no name to ask for.</param>
    /// <param name="answer">Any but a match.</param>
    /// <param name="mismatch">The reason of a mismatch for which the database gives none.</param>
    public static AuthResult Refuse(PassDbQuery? query, PassDbResult answer, string mismatch) => answer.Status switch
    {
        PassDbStatus.Mismatch => AuthResult.Refused(AuthOutcome.Failed, answer.Reason ?? mismatch),
        PassDbStatus.InternalFailure => AuthResult.Refused(AuthOutcome.TemporaryFailure, answer.Reason ?? "internal-failure"),
        PassDbStatus.Busy => AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy"),
        // A text for the client comes from a database that has seen the right password.
        PassDbStatus.Refused when answer.ClientText is not null =>
            AuthResult.Refused(AuthOutcome.Disabled, answer.Reason ?? "refused", answer.ClientText),
        _ => AuthResult.Refused(AuthOutcome.Failed, answer.Reason ?? (query is null ? "bad-user-name" : "unknown-user")),
    };

    /// <summary>Stands for an authorization identity that cannot be anybody's: no canonical name has a blank.</summary>
    private const string NobodysName = " ";
}
