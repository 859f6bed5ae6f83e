namespace MailCluster.Auth.PassDb;

/// <summary>
/// Password databases in order. The first match wins; a wrong password or an unknown name goes on to the next (Dovecot's defaults
/// result_success=return-ok, result_failure=continue, result_internalerror=continue). When nothing matched, one database that could not
/// answer makes the whole answer "cannot tell": its users must not be told that their passwords are wrong.
/// </summary>
internal sealed class PassDbChain(IReadOnlyList<IPassDb> databases)
{
    public async ValueTask<PassDbResult> VerifyAsync(
        string account, ReadOnlyMemory<byte> password, AuthContext context, CancellationToken cancellationToken)
    {
        var answer = new PassDbResult(PassDbStatus.UnknownUser);
        foreach (var database in databases)
        {
            var result = await database.VerifyAsync(account, password, context, cancellationToken);
            if (result.Status == PassDbStatus.Match) return result;
            if (Rank(result.Status) > Rank(answer.Status) || (answer.StandIn is null && result.Status == answer.Status)) answer = result;
        }
        return answer;
    }

    private static int Rank(PassDbStatus status) => status switch
    {
        PassDbStatus.UnknownUser => 0,
        PassDbStatus.Mismatch => 1,
        PassDbStatus.Busy => 2,
        _ => 3,
    };
}
