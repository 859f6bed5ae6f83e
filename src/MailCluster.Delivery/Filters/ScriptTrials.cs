using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>One message that scripts are tried on.</summary>
/// <param name="Account">Whose folders, other scripts and memory they see; null: nobody's.</param>
/// <param name="Message">The message.</param>
/// <param name="Envelope">The envelope it came with, or might have.</param>
/// <param name="KeepFolder">What <c>keep</c> means.</param>
/// <param name="IsStored">It lies in that folder already: nothing is a duplicate of itself then, and the environment is that of a store (RFC 5183 §4: MS, post).</param>
public sealed record ScriptTrial(AccountId? Account, SieveMessage Message, SieveEnvelope Envelope, FolderName KeepFolder, bool IsStored)
{
    /// <summary>Programs that <c>filter</c> and <c>execute</c> ask for are run. Otherwise they are false, as of a program that is not there.</summary>
    public bool RunsPrograms { get; init; }

    /// <summary>Told of each program that was asked for and not run.</summary>
    public Action<SieveProgramKind, string, IReadOnlyList<string>>? NotRun { get; init; }
}

/// <summary>The scripts that a delivery to an account would run.</summary>
/// <param name="Stages">In their order.</param>
/// <param name="BrokenScript">The name of one that does not compile, and behind which nothing is run; null: all do.</param>
/// <param name="Problem">Its error.</param>
public sealed record ScriptsInOrder(ImmutableArray<SieveStage> Stages, string? BrokenScript, string Problem);

/// <summary>Scripts as a delivery runs them, for somebody who wants to see what they decide. Nothing is filed, sent or remembered, and no program is run unless that is asked for.</summary>
public sealed class ScriptTrials
{
    private readonly FilterServices _services;

    internal ScriptTrials(FilterServices services) => _services = services;

    /// <param name="account">Whose delivery.</param>
    /// <param name="instead">A script in the place of the account's active one; null: that one, or the default.</param>
    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public async ValueTask<ScriptsInOrder> OfDeliveryAsync(AccountId account, SieveStage? instead, CancellationToken cancellationToken)
    {
        var personal = instead is null ? null : new CompiledScript(instead.Name, instead.Program, "");
        var stages = await FilterStages.LoadAsync(_services.Scripts, _services.Options, account, personal, cancellationToken);
        return new ScriptsInOrder([.. stages.Stages], stages.Broken?.Name, stages.Broken?.Problem ?? "");
    }

    /// <param name="trace">Told what the scripts do; null: nobody is.</param>
    public ValueTask<SieveOutcome> RunAsync(IReadOnlyList<SieveStage> stages, ScriptTrial trial, ISieveTrace? trace, CancellationToken cancellationToken)
    {
        var interpreter = new SieveInterpreter(_services.Limits, new TrialHost(trial, _services), _services.RunOptions, _services.Time);
        return interpreter.RunAsync(stages, trial.Message, trial.Envelope, trace, cancellationToken);
    }

    /// <summary>Why a delivery could not run a program; null: it could.</summary>
    public string? WhyNot(SieveProgramKind kind, string program) => _services.Programs.WhyNot(kind, program);
}
