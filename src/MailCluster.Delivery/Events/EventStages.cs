using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Events;

/// <summary>The scripts of an event: those of the operator's rules that come before, the user's, those that come after.</summary>
internal sealed class EventStages(FilterScripts scripts, ScriptEventOptions options, ILogger log)
{
    /// <summary>RFC 6785 §3.11, RFC 7352 §3.4: what belongs to a delivery. A script that requires it does not run.</summary>
    private static readonly string[] s_ofDelivery = ["reject", "ereject", "vacation", "vacation-seconds", "duplicate"];

    /// <summary>
    /// Empty: nothing is to run. A script that cannot run keeps those after it from running, as one that fails does; those before it count.
    /// </summary>
    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public async ValueTask<List<SieveStage>> LoadAsync(AccountId account, ScriptTask task, CancellationToken cancellationToken)
    {
        var stages = new List<SieveStage>();
        var rules = options.Rules.Where(rule => rule.Fits(task.Name, task.From, task.Cause)).ToArray();
        foreach (var path in rules.Select(rule => rule.Before).OfType<string>())
        {
            if (!TryAddFile(stages, account, task, path))
                return stages;
        }

        if (task.Script.Length > 0)
        {
            var script = await scripts.PersonalAsync(account, task.Script, cancellationToken);
            if (script is null)
                EventScriptLog.NoScript(log, account, task.Script, task.Session);
            else if (!TryAdd(stages, account, task, script))
                return stages;
        }

        foreach (var path in rules.Select(rule => rule.After).OfType<string>())
        {
            if (!TryAddFile(stages, account, task, path))
                return stages;
        }

        return stages;
    }

    private bool TryAddFile(List<SieveStage> stages, AccountId account, ScriptTask task, string path)
    {
        if (scripts.File(path) is { } script)
            return TryAdd(stages, account, task, script);
        FilterLog.NoFile(log, path);
        return true;
    }

    private bool TryAdd(List<SieveStage> stages, AccountId account, ScriptTask task, CompiledScript script)
    {
        if (script.Program is not { } program)
        {
            EventScriptLog.Unfit(log, account, script.Name, task.Session, script.Problem);
            return false;
        }

        if (program.RequiredExtensions.FirstOrDefault(s_ofDelivery.Contains) is { } unfit)
        {
            EventScriptLog.Unfit(log, account, script.Name, task.Session, $"it requires \"{unfit}\"");
            return false;
        }

        stages.Add(new SieveStage(script.Name, program));
        return true;
    }
}
