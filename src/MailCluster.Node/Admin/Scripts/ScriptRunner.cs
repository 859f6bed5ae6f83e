using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>Which scripts an operator means who tries some out.</summary>
internal sealed class ScriptRunner(AccountSelection accounts, SieveCompiler compiler, DeliveryFilter filter)
{
    public ScriptTrials Trials { get; } = filter.Trials;

    /// <summary>
    /// A script that is named, by its content or as one of the account's, alone or in the place of the active one; without a name all that a delivery to the account runs.
    /// </summary>
    /// <param name="isWhole">Also of one that is named: the operator's scripts before and after it.</param>
    /// <exception cref="AdminException">There is none, or the one that is named does not compile.</exception>
    public async ValueTask<ScriptsInOrder> LoadAsync(AccountId? account, byte[]? content, string? name, bool isWhole, CancellationToken cancellationToken)
    {
        if (account is null && content is null)
            throw new AdminException(AdminExit.Usage, "neither a script nor a user who has one is named");
        var named = content is not null ? Compile(name ?? "script", content)
            : name is not null ? Compile(name, (await accounts.SendAsync(account.GetValueOrDefault(), new GetScript(ScriptWords.Name(name)), cancellationToken)).Content.AsSpan())
            : null;
        if (named is not null && !isWhole)
            return new ScriptsInOrder([named], null, "");
        var scripts = await Trials.OfDeliveryAsync(account.GetValueOrDefault(), named, cancellationToken);
        return scripts.Stages.IsEmpty && scripts.BrokenScript is null
            ? throw new AdminException(AdminExit.NotFound, $"{account} has no active script, and deliveries to it run no other")
            : scripts;
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
