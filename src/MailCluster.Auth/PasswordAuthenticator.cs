using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Penalty;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth;

/// <summary>
/// One attempt, step by step: refuse what should not have been sent in the clear; wait what the address has earned; make the name
/// canonical; ask the password databases; spend the same time when the name does not exist; check authzid and <c>nologin</c> (only after
/// the password, so that they tell strangers nothing); log, count and delay failures. Nothing here remembers a password.
/// </summary>
internal sealed class PasswordAuthenticator(
    AuthOptions options,
    PassDbChain passwords,
    PasswordHashing hashing,
    FailurePenalty penalty,
    AuthMetrics metrics,
    TimeProvider time,
    ILogger<PasswordAuthenticator> logger) : IAuthenticator
{
    public async ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(request, cancellationToken);
        metrics.Attempt(request, result);
        if (result.IsSuccess)
        {
            penalty.Succeeded(request.Context.RemoteAddress);
            AuthLog.Succeeded(logger, result.Account!, request);
            return result;
        }
        AuthLog.Failed(logger, request, result.Reason);
        if (result.Outcome is AuthOutcome.Failed or AuthOutcome.NotAuthorized or AuthOutcome.Disabled)
        {
            if (result.Outcome == AuthOutcome.Failed) penalty.Failed(
                request.Context.RemoteAddress, request.Username, request.Password.Span);
            await WaitAsync(options.FailureDelay, cancellationToken);
        }
        return result;
    }

    private async ValueTask<AuthResult> CheckAsync(AuthRequest request, CancellationToken cancellationToken)
    {
        if (!request.Context.IsSecure && !options.AllowPlaintext)
            return AuthResult.Refused(AuthOutcome.PrivacyRequired, "plaintext-refused");
        await WaitAsync(penalty.DelayFor(request.Context.RemoteAddress), cancellationToken);
        var isName = UserName.TryParse(request.Username, out var account, out _);
        var answer = isName && !request.Password.IsEmpty
            ? await passwords.VerifyAsync(account!, request.Password, request.Context, cancellationToken)
            : new PassDbResult(PassDbStatus.UnknownUser);
        switch (answer.Status)
        {
            case PassDbStatus.Match:
                return Authorize(request, answer.User!);
            case PassDbStatus.Mismatch:
                return AuthResult.Refused(AuthOutcome.Failed, "password-mismatch");
            case PassDbStatus.InternalFailure:
                return AuthResult.Refused(AuthOutcome.TemporaryFailure, "internal-failure");
            case PassDbStatus.Busy:
                return AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy");
            default:
                return await hashing.SpendAsync(answer.StandIn, request.Password, cancellationToken) == PasswordCheck.Busy
                    ? AuthResult.Refused(AuthOutcome.TemporaryFailure, "busy")
                    : AuthResult.Refused(AuthOutcome.Failed, isName ? "unknown-user" : "bad-user-name");
        }
    }

    private static AuthResult Authorize(AuthRequest request, UserInfo user)
    {
        // RFC 4616 §2: the server decides whether authcid may act as authzid. Nobody may act as another here; the same name is fine.
        if (!string.IsNullOrEmpty(request.AuthorizationId)
            && !(UserName.TryParse(request.AuthorizationId, out var identity, out _) && identity == user.Account))
            return AuthResult.Refused(AuthOutcome.NotAuthorized, "authzid-refused");
        if (user.IsLoginDisabled)
            return AuthResult.Refused(AuthOutcome.Disabled, "nologin", user.Fields.GetValueOrDefault("reason"));
        return AuthResult.Succeeded(user.Account, user.Fields);
    }

    private async ValueTask WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero) await Task.Delay(delay, time, cancellationToken);
    }
}
