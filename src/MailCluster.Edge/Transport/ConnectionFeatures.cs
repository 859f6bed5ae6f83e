using System.Collections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Edge.Transport;

/// <summary>
/// The features of a connection: the few that the connection itself is, and the handful that the connection server adds to each. A list that is searched, since a dictionary
/// would be half of what an idle connection costs.
/// </summary>
internal sealed class ConnectionFeatures(PolledConnection connection) : IFeatureCollection
{
    private KeyValuePair<Type, object>[] _added = [];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get => Find(key) is var at and >= 0 ? _added[at].Value : Own(key);
        set => Set(key, value);
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => Set(typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        for (var i = 0; i < _count; i++)
            yield return _added[i];
        foreach (var own in (Type[])[typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature), typeof(IConnectionItemsFeature),
            typeof(IConnectionLifetimeFeature), typeof(IConnectionEndPointFeature)])
        {
            if (Find(own) < 0)
                yield return new(own, connection);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private PolledConnection? Own(Type key) =>
        key == typeof(IConnectionIdFeature) || key == typeof(IConnectionTransportFeature) || key == typeof(IConnectionItemsFeature)
            || key == typeof(IConnectionLifetimeFeature) || key == typeof(IConnectionEndPointFeature)
            ? connection
            : null;

    private void Set(Type key, object? value)
    {
        Revision++;
        var at = Find(key);
        if (value is null)
        {
            if (at >= 0)
                _added[at] = _added[--_count];
            return;
        }

        if (at < 0)
        {
            at = _count++;
            if (at == _added.Length)
                Array.Resize(ref _added, Math.Max(4, at * 2));
        }

        _added[at] = new(key, value);
    }

    private int Find(Type key)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_added[i].Key == key)
                return i;
        }

        return -1;
    }
}
