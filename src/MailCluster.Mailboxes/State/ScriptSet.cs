using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>The Sieve scripts of an account, immutable. What is allowed is decided elsewhere; what does not fit is a damaged journal and throws.</summary>
internal sealed record ScriptSet
{
    private ScriptSet()
    {
    }

    public static ScriptSet Empty { get; } = new();

    public ImmutableSortedDictionary<ScriptName, StoredScript> Scripts { get; private init; } =
        ImmutableSortedDictionary<ScriptName, StoredScript>.Empty;

    /// <summary>The one that deliveries run; null: none.</summary>
    public ScriptName? Active { get; private init; }

    /// <summary>Bytes of all contents.</summary>
    public long Size { get; private init; }

    public int Count => Scripts.Count;

    /// <summary>Rough size in memory, in bytes.</summary>
    public long MemoryBytes => Size + (Count * 384L);

    public StoredScript? Find(ScriptName name) => Scripts.GetValueOrDefault(name);

    public ScriptSet Put(ScriptName name, StoredScript script) => this with
    {
        Scripts = Scripts.SetItem(name, script),
        Size = Size + script.Content.Length - (Find(name)?.Content.Length ?? 0),
    };

    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public ScriptSet Delete(ScriptName name) => this with
    {
        Size = Size - Get(name).Content.Length,
        Scripts = Scripts.Remove(name),
        Active = Active == name ? null : Active,
    };

    /// <exception cref="InvalidOperationException">There is none of the old name, or one of the new.</exception>
    public ScriptSet Rename(ScriptName from, ScriptName to) => Scripts.ContainsKey(to)
        ? throw new InvalidOperationException($"There is a script '{to}' already.")
        : this with
        {
            Scripts = Scripts.Add(to, Get(from)).Remove(from),
            Active = Active == from ? to : Active,
        };

    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public ScriptSet Activate(ScriptName? name)
    {
        if (name is { } one)
            Get(one);
        return this with { Active = name };
    }

    private StoredScript Get(ScriptName name) => Find(name) ?? throw new InvalidOperationException($"There is no script '{name}'.");
}

/// <param name="Content">Its bytes; at least one.</param>
/// <param name="Hash">Of them.</param>
/// <param name="ChangedAt">When it was put: seconds since 1970 UTC.</param>
internal sealed record StoredScript(ImmutableArray<byte> Content, ScriptHash Hash, uint ChangedAt)
{
    public static StoredScript Of(ImmutableArray<byte> content, uint changedAt) => new(content, ScriptHash.Of(content.AsSpan()), changedAt);
}
