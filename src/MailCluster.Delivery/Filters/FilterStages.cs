using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>The scripts that run for an account, in their order: before …, the user's (or the default one), after ….</summary>
internal sealed class FilterStages
{
    private readonly List<SieveStage> _stages = [];
    private readonly List<string> _missing = [];

    private FilterStages()
    {
    }

    public IReadOnlyList<SieveStage> Stages => _stages;

    /// <summary>Null, or the script that does not compile: what follows it is not run, and the message is kept if nothing before has decided otherwise.</summary>
    public CompiledScript? Broken { get; private set; }

    /// <summary>The account's own script; null: it has none that is active.</summary>
    public CompiledScript? Personal { get; private set; }

    /// <summary>Files that the configuration names and that are not there; the others run.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <param name="instead">In the place of the account's active script; null: that one.</param>
    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public static async ValueTask<FilterStages> LoadAsync(
        FilterScripts scripts, FilterOptions options, AccountId account, CompiledScript? instead, CancellationToken cancellationToken)
    {
        var stages = new FilterStages();
        if (!options.IsEnabled || !stages.AddFiles(scripts, options.Before))
            return stages;
        stages.Personal = instead ?? await scripts.ActiveAsync(account, cancellationToken);
        var personal = stages.Personal ?? (options.Default is { } path ? scripts.File(path) : null);
        if (personal is null || stages.TryAdd(personal))
            stages.AddFiles(scripts, options.After);
        return stages;
    }

    private bool AddFiles(FilterScripts scripts, ImmutableArray<string> paths)
    {
        foreach (var path in paths)
        {
            if (scripts.File(path) is not { } script)
                _missing.Add(path);
            else if (!TryAdd(script))
                return false;
        }

        return true;
    }

    private bool TryAdd(CompiledScript script)
    {
        if (script.Program is { } program)
        {
            _stages.Add(new SieveStage(script.Name, program));
            return true;
        }

        Broken = script;
        return false;
    }
}
