namespace MailCluster.Cluster;

/// <summary>Keeps the number of shards. It is chosen once, at the first start on a store, since it decides where every account is.</summary>
public interface IShardCountStore
{
    /// <summary>The stored number; when there is none yet, stores <paramref name="countIfNew"/>, durably, and returns it.</summary>
    ValueTask<int> GetOrSetAsync(int countIfNew, CancellationToken cancellationToken);
}

/// <summary>The number of shards of a node, checked against its store.</summary>
public static class ShardCount
{
    /// <summary>Enough for some tens of nodes with shards to move between them, few enough to list. 1 to 65,536.</summary>
    public const int Default = 256;

    public const int Max = 65_536;

    /// <summary>Returns the count to use. <paramref name="configured"/> null takes what the store has.</summary>
    /// <exception cref="ShardCountMismatchException">The store was begun with another number.</exception>
    public static async ValueTask<int> GetAsync(IShardCountStore store, int? configured, CancellationToken cancellationToken)
    {
        var wanted = configured ?? Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, Max);
        var stored = await store.GetOrSetAsync(wanted, cancellationToken);
        return configured is null || stored == configured ? stored : throw new ShardCountMismatchException(stored, wanted);
    }
}

/// <summary>The count in memory.</summary>
public sealed class InMemoryShardCountStore : IShardCountStore
{
    private int _count;

    public ValueTask<int> GetOrSetAsync(int countIfNew, CancellationToken cancellationToken)
    {
        Interlocked.CompareExchange(ref _count, countIfNew, 0);
        return ValueTask.FromResult(_count);
    }
}
