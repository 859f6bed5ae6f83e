using MailCluster.Auth.Chains;

namespace MailCluster.Auth.PassDb;

/// <summary>
/// Password databases in order, with Dovecot's rules. A database answers; its rule for that kind of answer says whether the chain goes
/// on and whether it succeeded so far. Once the password was verified, later databases are only looked up, for their fields. Fields of
/// databases that matched are kept, later ones winning; those of the others are forgotten.
/// <para>
/// When nothing matched, one database that could not answer makes the whole answer "cannot tell": its users must not be told that their
/// passwords are wrong. A deny list that cannot answer ends the chain the same way.
/// </para>
/// <para>
/// A master user's log-in asks the master databases for the master's password. On a match the chain goes on, if the rule says so, with the
/// ordinary databases and the other user's name.
/// </para>
/// </summary>
internal sealed class PassDbChain
{
    private readonly PassDbStep[] _masters;
    private readonly PassDbStep[] _ordinary;

    public PassDbChain(IReadOnlyList<IPassDb> databases)
        : this(databases.Select(static database => new PassDbStep(database)))
    {
    }

    public PassDbChain(IEnumerable<PassDbStep> steps)
    {
        var all = steps.ToArray();
        _masters = [.. all.Where(static step => step.IsMaster)];
        _ordinary = [.. all.Where(static step => !step.IsMaster)];
        // A deny list opens nothing.
        foreach (var step in all) Capabilities |= step.IsDeny ? PassDbCapabilities.None : step.Database.Capabilities;
    }

    private delegate ValueTask<PassDbResult> Ask(IPassDb database, PassDbQuery query);

    /// <summary>What some database of the chain can do.</summary>
    public PassDbCapabilities Capabilities { get; }

    /// <summary>True when somebody may log in as somebody else.</summary>
    public bool HasMasters => _masters.Length > 0;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        RunAsync(query, (database, asked) => database.VerifyAsync(asked, password, cancellationToken), cancellationToken);

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        RunAsync(query, (database, asked) => database.LookupCredentialsAsync(asked, cancellationToken), cancellationToken);

    public ValueTask<PassDbResult> VerifyTokenAsync(PassDbQuery query, ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        RunAsync(query, (database, asked) => asked.IsVerified && !database.Capabilities.HasFlag(PassDbCapabilities.Token)
            ? database.LookupCredentialsAsync(asked, cancellationToken)
            : database.VerifyTokenAsync(asked, token, cancellationToken), cancellationToken);

    public ValueTask<PassDbResult> VerifyCertificateAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        RunAsync(query, (database, asked) => asked.IsVerified && !database.Capabilities.HasFlag(PassDbCapabilities.Certificate)
            ? database.LookupCredentialsAsync(asked, cancellationToken)
            : database.VerifyCertificateAsync(asked, cancellationToken), cancellationToken);

    private async ValueTask<PassDbResult> RunAsync(PassDbQuery query, Ask ask, CancellationToken cancellationToken)
    {
        var run = new PassDbRun(query);
        // Without a name of its own (a token, a certificate) an identity to act as is the client's claim, which the admission compares.
        var steps = query is { LoginUser: not null, Account.Length: > 0 } && HasMasters ? _masters : _ordinary;
        for (var index = Next(steps, 0, run); index < steps.Length; index = Next(steps, index + 1, run))
        {
            var step = steps[index];
            var wasNameless = run.Query.Account.Length == 0;
            var goesOn = Take(
                run,
                step,
                step.IsDeny
                    ? await AskDenyAsync(step, run.Query, cancellationToken)
                    : step.Completed(run.Query, await ask(step.Database, step.Addressed(run.Query))));
            // The name came with the token or certificate: now the deny lists that came first can be asked.
            if (wasNameless && run.Query.Account.Length > 0 && !await TakeDenyListsAsync(steps.AsMemory(0, index), run, cancellationToken))
                return run.End();
            if (!goesOn) return run.End();
            if (run.BecameOther && ReferenceEquals(steps, _masters))
            {
                steps = _ordinary;
                index = -1;
            }
        }

        return run.End();
    }

    private static async ValueTask<bool> TakeDenyListsAsync(
        ReadOnlyMemory<PassDbStep> steps, PassDbRun run, CancellationToken cancellationToken)
    {
        for (var index = 0; index < steps.Length; index++)
        {
            var step = steps.Span[index];
            if (step.IsDeny && run.Wants(step) && !Take(run, step, await AskDenyAsync(step, run.Query, cancellationToken))) return false;
        }

        return true;
    }

    private static bool Take(PassDbRun run, PassDbStep step, PassDbResult result)
    {
        var goesOn = run.Take(step, result);
        run.Query.Trace?.Asked(step, result, goesOn);
        return goesOn;
    }

    // A deny list says who is in it, whatever the password is.
    private static ValueTask<PassDbResult> AskDenyAsync(PassDbStep step, PassDbQuery query, CancellationToken cancellationToken) =>
        step.Database.LookupCredentialsAsync(step.Addressed(query) with { IsVerified = true }, cancellationToken);

    private static int Next(PassDbStep[] steps, int index, PassDbRun run)
    {
        for (; index < steps.Length; index++)
        {
            if (run.WhyNot(steps[index]) is not { } why) break;
            run.Query.Trace?.Skipped(steps[index], why);
        }

        return index;
    }
}
