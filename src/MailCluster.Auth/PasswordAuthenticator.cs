using MailCluster.Auth.Chains;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth;

/// <summary>
/// One attempt with a password, step by step: refuse what should not have been sent in the clear; wait what the address has earned; make the name
/// canonical; ask the password databases; spend the same time when the name does not exist; check authzid and <c>nologin</c> (only after
/// the password, so that they tell strangers nothing); log, count and delay failures. Nothing here remembers a password.
/// </summary>
internal sealed class PasswordAuthenticator(AuthOptions options, AuthDatabases databases, PasswordHashing hashing, AttemptBooks books) : IAuthenticator
{
    public async ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken) =>
        await books.EndAsync(request, await CheckAsync(request, cancellationToken), cancellationToken);

    private async ValueTask<AuthResult> CheckAsync(AuthRequest request, CancellationToken cancellationToken)
    {
        if (!request.Context.IsSecure && !options.AllowPlaintext)
            return AuthResult.Refused(AuthOutcome.PrivacyRequired, "plaintext-refused");
        await books.WaitTurnAsync(request.Context, cancellationToken);
        var query = databases.Ask(request.Context, request.Mechanism, request.Username, request.AuthorizationId);
        var answer = query is { Account.Length: > 0 } && !request.Password.IsEmpty
            ? await databases.Passwords.VerifyAsync(query, request.Password, cancellationToken)
            : PassDbResult.UnknownUser;
        switch (answer.Status)
        {
            case PassDbStatus.Match:
                return await databases.AdmitAsync(query!, answer, cancellationToken);
            case PassDbStatus.Mismatch:
                return AuthResult.Refused(AuthOutcome.Failed, answer.Reason ?? "password-mismatch");
            // A text for the client comes from a database that has seen the right password.
            case PassDbStatus.Refused when answer.ClientText is not null:
                return AuthResult.Refused(AuthOutcome.Disabled, answer.Reason ?? "refused", answer.ClientText);
            case PassDbStatus.InternalFailure:
                return AuthResult.Refused(AuthOutcome.TemporaryFailure, answer.Reason ?? "internal-failure");
            case PassDbStatus.Busy:
                return AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy");
            default:
                return await hashing.SpendAsync(answer.StandIn, request.Password, cancellationToken) == PasswordCheck.Busy
                    ? AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy")
                    : AuthResult.Refused(AuthOutcome.Failed, query is null ? "bad-user-name" : answer.Reason ?? "unknown-user");
        }
    }
}
