namespace MailCluster.Hocon.Binding;

/// <summary>One fault of a configuration: where, which key, what was expected.</summary>
/// <param name="Origin">Place of the value.</param>
/// <param name="Path">Full path of the key.</param>
/// <param name="Problem">What was expected and what was found.</param>
public sealed record HoconError(HoconOrigin Origin, string Path, string Problem)
{
    /// <summary><c>file:line: key: problem</c>.</summary>
    public override string ToString() => $"{Origin}: {Path}: {Problem}";
}

/// <summary>What a binding run shares: every fault, in the order found, and which values must not be shown.</summary>
public sealed class HoconErrors
{
    private readonly List<HoconError> _items = [];
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>The faults so far.</summary>
    public IReadOnlyList<HoconError> Items => _items;

    /// <summary>Paths of values read by <see cref="HoconSection.Secret"/>.</summary>
    public IReadOnlySet<string> Secrets => _secrets;

    /// <summary>Adds a fault.</summary>
    public void Add(HoconOrigin origin, string path, string problem) => _items.Add(new HoconError(origin, path, problem));

    /// <summary>Adds words to the fault recorded last.</summary>
    internal void Amend(string words) => _items[^1] = _items[^1] with { Problem = _items[^1].Problem + words };

    /// <summary>Forgets the faults after the first <paramref name="count"/>.</summary>
    internal void Truncate(int count) => _items.RemoveRange(count, _items.Count - count);

    internal void MarkSecret(string path) => _secrets.Add(path);
}
