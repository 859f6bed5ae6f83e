using MailCluster.Auth.Chains;
using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Sasl;

/// <summary>What mechanisms ask, of the chains of databases and of the books that every attempt goes into.</summary>
internal sealed class SaslAuthority(AuthDatabases databases, AttemptBooks books) : ISaslAuthority
{
    public PassDbCapabilities Capabilities => databases.Capabilities;

    public async ValueTask<SaslLookup> LookUpAsync(AuthRequest attempt, CancellationToken cancellationToken)
    {
        await books.WaitTurnAsync(attempt.Context, cancellationToken);
        return Ask(attempt) is { Account.Length: > 0 } query
            ? new SaslLookup(query, await databases.Passwords.LookupCredentialsAsync(query, cancellationToken))
            : new SaslLookup(null, PassDbResult.UnknownUser);
    }

    public async ValueTask<AuthResult> AcceptAsync(AuthRequest attempt, SaslLookup lookup, CancellationToken cancellationToken) =>
        await books.EndAsync(attempt, await databases.AdmitAsync(lookup.Query!, lookup.Answer, cancellationToken), cancellationToken);

    public ValueTask<AuthResult> RefuseAsync(AuthRequest attempt, AuthOutcome outcome, string reason, CancellationToken cancellationToken) =>
        books.EndAsync(attempt, AuthResult.Refused(outcome, reason), cancellationToken);

    public async ValueTask<AuthResult> AdmitAsync(AuthRequest attempt, CancellationToken cancellationToken)
    {
        await books.WaitTurnAsync(attempt.Context, cancellationToken);
        var query = Ask(attempt);
        return await EndAsync(
            attempt, query, query is { Account.Length: > 0 } ? await databases.LookUpProvenAsync(query, cancellationToken) : PassDbResult.UnknownUser,
            cancellationToken);
    }

    public async ValueTask<AuthResult> VerifyTokenAsync(AuthRequest attempt, ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        attempt = attempt with { Proof = token };
        await books.WaitTurnAsync(attempt.Context, cancellationToken);
        var query = Ask(attempt);
        var answer = query is null ? PassDbResult.UnknownUser : await databases.Passwords.VerifyTokenAsync(query, token, cancellationToken);
        // RFC 7628 §3.1: the name that the client gives is a claim, which the token has to bear out.
        if (query is { Account.Length: > 0 } && answer is { Status: PassDbStatus.Match, MasterUser: null } && answer.User!.Account != query.Account)
            return await RefuseAsync(attempt, AuthOutcome.NotAuthorized, "token-of-another", cancellationToken);
        return await EndAsync(attempt, query, answer, cancellationToken);
    }

    public async ValueTask<AuthResult> VerifyCertificateAsync(AuthRequest attempt, CancellationToken cancellationToken)
    {
        await books.WaitTurnAsync(attempt.Context, cancellationToken);
        var query = Ask(attempt);
        return await EndAsync(
            attempt, query, query is null ? PassDbResult.UnknownUser : await databases.Passwords.VerifyCertificateAsync(query, cancellationToken), cancellationToken);
    }

    private PassDbQuery? Ask(AuthRequest attempt) => databases.Ask(attempt.Context, attempt.Mechanism, attempt.Username, attempt.AuthorizationId);

    private async ValueTask<AuthResult> EndAsync(AuthRequest attempt, PassDbQuery? query, PassDbResult answer, CancellationToken cancellationToken)
    {
        var result = answer.Status == PassDbStatus.Match
            ? await databases.AdmitAsync(query!, answer, cancellationToken)
            : AuthDatabases.Refuse(query, answer, "mismatch");
        return await books.EndAsync(attempt, result, cancellationToken);
    }
}
