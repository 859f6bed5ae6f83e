using System.Collections.Immutable;

namespace MailCluster.Sieve.Compilation;

/// <summary>What a script may require, has required, and has used.</summary>
internal sealed class ExtensionSet(ImmutableArray<string> available)
{
    /// <summary>Extensions that have others in them.</summary>
    private static readonly Dictionary<string, string[]> s_implied = new(StringComparer.Ordinal)
    {
        ["spamtestplus"] = ["spamtest"],           // RFC 5235 §2.2
        ["vacation-seconds"] = ["vacation"],       // RFC 6131 §2
        ["imapsieve"] = ["environment"],           // RFC 6785 §4
        ["vnd.dovecot.environment"] = ["environment"],
    };

    private readonly List<(string Name, int Offset)> _required = [];
    private readonly HashSet<string> _enabled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    internal IEnumerable<string> Required => _required.Select(static entry => entry.Name);

    internal bool IsAvailable(string name) => available.Contains(name);

    internal bool Has(string name) => _enabled.Contains(name);

    /// <summary>False if it was required before.</summary>
    internal bool Require(string name, int offset)
    {
        var isNew = !_required.Exists(entry => entry.Name == name);
        if (isNew)
            _required.Add((name, offset));
        Enable(name);
        return isNew;
    }

    /// <summary>Switches on what <c>ihave</c> has found (RFC 5463 §4).</summary>
    internal void Enable(string name)
    {
        _enabled.Add(name);
        foreach (var implied in s_implied.GetValueOrDefault(name, []))
            _enabled.Add(implied);
    }

    /// <summary>True if an extension of "one|other" is on, or none is needed.</summary>
    internal bool MayUse(string? needed) => needed is null || needed.Split('|').Any(_enabled.Contains);

    /// <summary>As <see cref="MayUse"/>, and notes the use.</summary>
    internal bool TryUse(string? needed)
    {
        if (needed is null)
            return true;
        var found = Array.Find(needed.Split('|'), _enabled.Contains);
        if (found is null)
            return false;
        _used.Add(found);
        foreach (var (name, implied) in s_implied)
        {
            if (implied.Contains(found))
                _used.Add(name);
        }

        return true;
    }

    internal void Use(string name) => TryUse(name);

    /// <summary>What was required and is of no use to the script. Comparators that are always there are not told of.</summary>
    internal IEnumerable<(string Name, int Offset)> Unused => _required.Where(entry => !_used.Contains(entry.Name));

    internal string HowToEnable(string needed)
    {
        var names = needed.Split('|');
        var name = Array.Find(names, IsAvailable);
        return name is null ? $"the extension {names[0]} is not available here" : $"add \"{name}\" to require";
    }
}
