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
        if (answer.Status == PassDbStatus.Match) return await databases.AdmitAsync(query!, answer, cancellationToken);
        if (answer.LooksUnknown && await hashing.SpendAsync(answer.StandIn, request.Password, cancellationToken) == PasswordCheck.Busy)
            return AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy");
        return AuthDatabases.Refuse(query, answer, "password-mismatch");
    }
}
