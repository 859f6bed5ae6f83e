using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Storage;

/// <summary>
/// What was used lately, within a weight. Two halves: new and used entries go to the young one; when it is full it becomes the old one, and the old one is
/// forgotten. As good as an exact order of use for a cache, and a dictionary is all it takes.
/// </summary>
internal sealed class RecentEntries<TKey, TValue>(long weightMax)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, (TValue Value, long Weight)> _young = [];
    private Dictionary<TKey, (TValue Value, long Weight)> _old = [];
    private long _youngWeight;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out var young))
            {
                value = young.Value;
                return true;
            }

            if (_old.Remove(key, out var old))
            {
                Put(key, old.Value, old.Weight);
                value = old.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public void Add(TKey key, TValue value, long weight)
    {
        if (weight > weightMax / 2)
            return;
        lock (_lock)
        {
            _old.Remove(key);
            Put(key, value, weight);
        }
    }

    private void Put(TKey key, TValue value, long weight)
    {
        if (_youngWeight + weight > weightMax / 2)
        {
            _old = _young;
            _young = [];
            _youngWeight = 0;
        }

        if (_young.TryAdd(key, (value, weight)))
            _youngWeight += weight;
    }
}
