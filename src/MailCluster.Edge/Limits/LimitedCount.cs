using System.Collections.Concurrent;

namespace MailCluster.Edge;

/// <summary>This node's counts by key under one limit, without an entry for what counts zero.</summary>
internal sealed class LimitedCount(int limit)
{
    private readonly ConcurrentDictionary<ulong, int> _counts = new();

    /// <summary>
    /// From here on a count is worth telling: a tenth of the limit. What the others do not hear of is less than that a node, so a cluster of three lets at most a
    /// fifth more in than the limit says; small limits are exact.
    /// </summary>
    public int Notable { get; } = Math.Max(limit / 10, 1);

    /// <summary>From here on a change is told at once and not with the next beat: half the limit.</summary>
    public int Urgent { get; } = Math.Max(limit / 2, 1);

    public int this[ulong key] => _counts.GetValueOrDefault(key);

    public IEnumerable<KeyValuePair<ulong, int>> Notables => _counts.Where(count => count.Value >= Notable);

    /// <summary>Adds one, unless the limit is reached by those here and those elsewhere.</summary>
    public bool TryEnter(ulong key, int elsewhere, out int count)
    {
        while (true)
        {
            var before = _counts.GetValueOrDefault(key);
            count = before + 1;
            if (before + elsewhere >= limit)
                return false;
            if (before == 0 ? _counts.TryAdd(key, 1) : _counts.TryUpdate(key, count, before))
                return true;
        }
    }

    /// <summary>Takes one away and returns what is left. Called once for each <see cref="TryEnter"/> that was granted.</summary>
    public int Leave(ulong key)
    {
        while (_counts.TryGetValue(key, out var count))
        {
            if (count > 1 ? _counts.TryUpdate(key, count - 1, count) : _counts.TryRemove(new KeyValuePair<ulong, int>(key, count)))
                return count - 1;
        }

        return 0;
    }
}
