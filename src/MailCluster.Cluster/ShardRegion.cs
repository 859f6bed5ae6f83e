using MailCluster.Actors;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster;

/// <summary>
/// The door to all entities: takes a message for an entity, wherever it is, and brings it to its shard. Starts entities with their first
/// message and passivates them by idle time and by the node's memory budget.
/// </summary>
public sealed partial class ShardRegion : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly Func<EntityId, ActorCell> _makeEntity;
    private readonly Shard[] _shards;
    private readonly ITimer _sweep;
    private int _entitiesActive;
    private long _memoryBytes;
    private readonly CancellationTokenSource _stopping = new();
    private long _servesUntil = long.MaxValue;
    private Task? _stopped;

    /// <param name="shardCount">From <see cref="ShardCount.GetAsync"/>.</param>
    /// <param name="makeEntity">Makes the actor of an entity; quick, without I/O. Called under a lock. What it throws fails the messages.</param>
    public ShardRegion(
        ActorSystem system,
        int shardCount,
        IShardAllocation allocation,
        ShardRegionOptions options,
        Func<EntityId, ActorCell> makeEntity,
        ILoggerFactory loggers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        _system = system;
        _makeEntity = makeEntity;
        Allocation = allocation;
        Options = options;
        Log = loggers.CreateLogger("MailCluster.Cluster");
        _shards = new Shard[shardCount];
        for (var i = 0; i < shardCount; i++)
        {
            _shards[i] = new Shard(this, new ShardId(i));
        }

        Metrics = new ClusterMetrics(this);
        var period = SweepPeriod(options.IdleTimeout);
        _sweep = system.Time.CreateTimer(static state => ((ShardRegion)state!).Sweep(), this, period, period);
    }

    /// <summary>Entities in memory.</summary>
    public int EntitiesActive => Volatile.Read(ref _entitiesActive);

    /// <summary>What they hold, by their own estimate.</summary>
    public long MemoryBytes => Volatile.Read(ref _memoryBytes);

    public int Shards => _shards.Length;

    internal IShardAllocation Allocation { get; }

    internal ShardRegionOptions Options { get; }

    internal ILogger Log { get; }

    internal ClusterMetrics Metrics { get; }

    internal long Now => _system.Time.GetTimestamp();

    /// <summary>
    /// Until when shards that are here are served, as a timestamp: the end of this node's lease, for ever when it is alone. Each message is held against
    /// it, so that a node that slept does not serve when it wakes.
    /// </summary>
    internal long ServesUntil => Volatile.Read(ref _servesUntil);

    /// <summary>Cancelled when the region stops.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    public ShardId ShardOf(EntityId entity) => ShardHash.ShardOf(entity, _shards.Length);

    /// <summary>Sends to an entity, starting it if need be, and awaits its reply. Messages of one sender to one entity keep their order.</summary>
    /// <inheritdoc cref="ActorSystem.CreateAsk{TReply}"/>
    /// <exception cref="BusyException">A mailbox or buffer is full.</exception>
    /// <exception cref="RegionStoppedException">This node is stopping.</exception>
    /// <exception cref="ShardElsewhereException">The shard is on another node, and this one has no link to it.</exception>
    /// <exception cref="OutcomeUnknownException">The node that has it was lost before it answered, and the message may not be repeated.</exception>
    /// <exception cref="RemoteEntityException">The entity failed on its node in a way that the codec has no words for.</exception>
    /// <exception cref="ShardUnavailableException">The shard has no home now.</exception>
    public ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ask = _system.CreateAsk<TReply>(message, timeout, cancellationToken);
        _shards[ShardOf(entity).Value].Deliver(entity, ask.Envelope);
        return ask.Reply;
    }

    /// <summary>Stops the entities of one shard that is here and gives it up; what comes for it meanwhile waits and is routed anew.</summary>
    /// <exception cref="InvalidOperationException">The shard is not hosted here.</exception>
    public Task HandOffAsync(ShardId shard) => _shards[shard.Value].HandOffAsync();

    /// <summary>
    /// Takes nothing more, lets every entity finish what it has accepted and save itself, and completes when the last has stopped.
    /// Cancelling stops the waiting, not the stopping.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_shards)
        {
            if (_stopped is null)
            {
                _sweep.Dispose();
                _stopping.Cancel();
                ClusterLog.RegionStopping(Log, EntitiesActive);
                _stopped = AllAsync(Array.ConvertAll(_shards, shard => shard.CloseAsync()));
            }
        }

        return _stopped.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        Metrics.Dispose();
        _stopping.Dispose();
    }

    private static async Task AllAsync(Task[] tasks)
    {
        // One by one: WhenAll would go over the thread pool, out of a simulation's sight.
        foreach (var task in tasks)
        {
            await task;
        }
    }

    internal ActorCell MakeEntity(EntityId entity) => _makeEntity(entity);

    internal void EntityAdded() => Interlocked.Increment(ref _entitiesActive);

    internal void EntityRemoved() => Interlocked.Decrement(ref _entitiesActive);

    internal void RefuseBusy(Envelope envelope, string what)
    {
        Metrics.Busy.Add(1);
        envelope.Fail(new BusyException(what));
    }
}
