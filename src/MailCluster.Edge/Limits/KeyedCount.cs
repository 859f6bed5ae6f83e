using System.Collections.Concurrent;

namespace MailCluster.Edge;

/// <summary>Counts by key, without an entry for what counts zero.</summary>
internal sealed class KeyedCount<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, int> _counts = new();

    public int this[TKey key] => _counts.GetValueOrDefault(key);

    /// <summary>Adds one, unless <paramref name="max"/> are there already.</summary>
    public bool TryEnter(TKey key, int max)
    {
        while (true)
        {
            if (!_counts.TryGetValue(key, out var count))
            {
                if (max < 1)
                    return false;
                if (_counts.TryAdd(key, 1))
                    return true;
                continue;
            }

            if (count >= max)
                return false;
            if (_counts.TryUpdate(key, count + 1, count))
                return true;
        }
    }

    /// <summary>Takes one away. Called once for each <see cref="TryEnter"/> that was granted.</summary>
    public void Leave(TKey key)
    {
        while (_counts.TryGetValue(key, out var count))
        {
            if (count > 1 ? _counts.TryUpdate(key, count - 1, count) : _counts.TryRemove(new KeyValuePair<TKey, int>(key, count)))
                return;
        }
    }
}
