namespace MailCluster.Mailboxes;

/// <summary>Names that configuration has made a folder of, in the order in which it did; immutable. Accounts that it made the same folders for share one object.</summary>
internal sealed class ProvisionedNames
{
    private readonly string[] _names;

    /// <summary>What was made of this last, by one name more: what most accounts go on to. Of two threads that make it at the same time one keeps its own.</summary>
    private volatile ProvisionedNames? _next;

    private ProvisionedNames(string[] names) => _names = names;

    public static ProvisionedNames Empty { get; } = new([]);

    public IReadOnlyList<string> Names => _names;

    public bool Contains(string name) => Array.IndexOf(_names, name) >= 0;

    public ProvisionedNames Add(string name)
    {
        if (Contains(name))
            return this;
        if (_next is { } next && next._names[^1] == name)
            return next;
        return _next = new ProvisionedNames([.. _names, name]);
    }

    /// <summary>Those names, added one after the other.</summary>
    public static ProvisionedNames Of(IEnumerable<string> names) => names.Aggregate(Empty, static (before, name) => before.Add(name));
}
