using MailCluster.Auth.Abuse;
using MailCluster.Auth.Penalty;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth;

/// <summary>
/// What every attempt has in common, however the client proves who it is: before it, the waiting that its address has earned; after it, the
/// metric, the log line, the count of failures and the delay of a failure's answer.
/// </summary>
internal sealed class AttemptBooks(
    AuthOptions options, FailurePenalty penalty, FailureLedger failures, ProofAllowance proofs, AuthMetrics metrics, TimeProvider time,
    ILogger<PasswordAuthenticator> logger)
{
    /// <summary>Waits until an attempt from the address may be looked at.</summary>
    public ValueTask WaitTurnAsync(AuthContext context, CancellationToken cancellationToken) =>
        WaitAsync(penalty.DelayFor(context.RemoteAddress), cancellationToken);

    /// <summary>Enters the outcome; when it returns, the answer may be given.</summary>
    public async ValueTask<AuthResult> EndAsync(AuthRequest request, AuthResult result, CancellationToken cancellationToken)
    {
        metrics.Attempt(request, result);
        if (result.IsSuccess)
        {
            penalty.Succeeded(request.Context.RemoteAddress);
            failures.Succeeded(request.Context.RemoteAddress, result.Account!);
            AuthLog.Succeeded(logger, result.Account!, request);
            return result;
        }
        AuthLog.Failed(logger, request, result.Reason);
        if (result.Outcome is AuthOutcome.Failed or AuthOutcome.NotAuthorized or AuthOutcome.Disabled)
        {
            if (result.Outcome == AuthOutcome.Failed) Count(request);
            var late = failures.DelayOfFailure(request.Context.RemoteAddress, request.Username);
            await WaitAsync(late > options.FailureDelay ? late : options.FailureDelay, cancellationToken);
        }
        return result;
    }

    private void Count(AuthRequest request)
    {
        var secret = request.Password.IsEmpty ? request.Proof : request.Password;
        if (request.IsProofOnce && proofs.MayRepeat(request.Context.RemoteAddress, request.Username)) secret = default;
        var attempt = penalty.Fingerprint(request.Username, secret.Span);
        penalty.Failed(request.Context.RemoteAddress, attempt);
        failures.Failed(request.Context.RemoteAddress, request.Username, attempt);
    }

    private async ValueTask WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero) await Task.Delay(delay, time, cancellationToken);
    }
}
