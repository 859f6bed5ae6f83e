using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Delivery;

/// <summary>Remembers what was used lately, in two halves: when the young one is full it becomes the old one, and what was in the old one is forgotten.</summary>
internal sealed class BoundedMemory<TKey, TValue>(int halfMax)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out value))
                return true;
            if (!_old.TryGetValue(key, out value))
                return false;
            Put(key, value);
            return true;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_lock)
            Put(key, value);
    }

    private void Put(TKey key, TValue value)
    {
        if (_young.Count >= halfMax && !_young.ContainsKey(key))
            (_old, _young) = (_young, []);
        _young[key] = value;
    }
}
