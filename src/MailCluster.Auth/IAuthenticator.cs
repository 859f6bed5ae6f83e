namespace MailCluster.Auth;

/// <summary>
/// Decides whether a name and a password open an account. The answer already contains the waiting that failures earn:
/// a caller only awaits it and reports the outcome.
/// </summary>
public interface IAuthenticator
{
    /// <summary>
    /// Checks one attempt. Never throws for anything a client can send: a broken store is
    /// <see cref="AuthOutcome.TemporaryFailure"/>, never a wrong password.
    /// </summary>
    /// <param name="request">The attempt; its password bytes are read before the returned task completes, and never kept.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled; a password that was not checked yet is not counted.
    /// </exception>
    ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken);
}
