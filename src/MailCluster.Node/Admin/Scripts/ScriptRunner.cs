using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>Runs a script outside of any delivery, for operators.</summary>
internal sealed class ScriptRunner(
    AccountSelection accounts, SieveCompiler compiler, SieveRunLimits limits, SieveRunOptions options, TimeProvider time)
{
    /// <summary>
    /// The script that is meant: its content if that is given, else the account's of that name, else the account's active one.
    /// </summary>
    /// <exception cref="AdminException">There is none, or it does not compile.</exception>
    public async ValueTask<SieveStage> LoadAsync(AccountId? account, byte[]? content, string? name, CancellationToken cancellationToken)
    {
        if (content is not null)
            return Compile(name ?? "script", content);
        if (account is not { } owner)
            throw new AdminException(AdminExit.Usage, "neither a script nor a user who has one is named");
        if (name is not null)
        {
            var script = await accounts.SendAsync(owner, new GetScript(ScriptWords.Name(name)), cancellationToken);
            return Compile(name, script.Content.AsSpan());
        }

        var active = await accounts.SendAsync(owner, new GetActiveScript(), cancellationToken);
        return active.Script is { } text
            ? Compile(text.Name.Value, text.Content.AsSpan())
            : throw new AdminException(AdminExit.NotFound, $"{owner} has no active script");
    }

    /// <summary>One run. Changes nothing; whoever wants to acts on the outcome.</summary>
    public async ValueTask<SieveOutcome> RunAsync(
        AccountId? account, SieveStage script, SieveMessage message, SieveEnvelope envelope, ISieveTrace? trace, CancellationToken cancellationToken)
    {
        var interpreter = new SieveInterpreter(limits, new AccountScriptHost(account, accounts, compiler), options, time);
        return await interpreter.RunAsync([script], message, envelope, trace, cancellationToken);
    }

    /// <summary>The envelope that a stored message had, as far as it can be told: the sender from its Return-Path.</summary>
    public static SieveEnvelope EnvelopeOf(SieveMessage message, string? from, string to)
    {
        if (from is null && message.Root.Fields("Return-Path") is [var path, ..])
            from = path.Text.Trim().Trim('<', '>');
        return new SieveEnvelope(from ?? "", to);
    }

    private SieveStage Compile(string name, ReadOnlySpan<byte> content)
    {
        var compiled = compiler.Compile(content, SieveScope.Personal);
        return compiled.Program is { } program
            ? new SieveStage(name, program)
            : throw new AdminException(AdminExit.NotPossible, ScriptWords.Text(name, compiled.Diagnostics));
    }
}
