using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Chains;

/// <summary>Asks the databases as a log-in does, for the operator: who was asked, what each said, and how it ended. Nothing is counted, delayed or logged.</summary>
public sealed class AuthTracer
{
    private readonly AuthDatabases _databases;

    internal AuthTracer(AuthDatabases databases) => _databases = databases;

    /// <summary>One question.</summary>
    /// <param name="context">Where the log-in is to come from.</param>
    /// <param name="username">As a client sends it: <c>user*master</c> too.</param>
    /// <param name="password">Null: the user is looked up, as after a Kerberos ticket.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async ValueTask<AuthTrace> TraceAsync(
        AuthContext context, string username, ReadOnlyMemory<byte>? password, CancellationToken cancellationToken)
    {
        var trace = new ChainTrace();
        if (_databases.Ask(context, password is null ? "NONE" : "PLAIN", username, null) is not { Account.Length: > 0 } query)
            return new AuthTrace([], AuthResult.Refused(AuthOutcome.Failed, "bad-user-name"));
        query = query with { Trace = trace };
        var answer = password is { } secret
            ? await _databases.Passwords.VerifyAsync(query, secret, cancellationToken)
            : await _databases.LookUpProvenAsync(query, cancellationToken);
        var result = answer.Status == PassDbStatus.Match
            ? await _databases.AdmitAsync(query, answer, cancellationToken)
            : AuthDatabases.Refuse(query, answer, "password-mismatch");
        return new AuthTrace(trace.Steps, result);
    }
}

/// <summary>The way of one question through the databases.</summary>
/// <param name="Steps">Who was asked, in order.</param>
/// <param name="Result">What a log-in would have ended with.</param>
public sealed record AuthTrace(IReadOnlyList<ChainTraceStep> Steps, AuthResult Result);
