using System.Runtime.CompilerServices;
using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Routing;

namespace MailCluster.Cluster;

/// <summary>Where an entity is, as far as this node knows at the moment.</summary>
public enum EntityPlace
{
    /// <summary>Its shard has no home that this node knows, or is being handed over.</summary>
    Unknown,

    /// <summary>On this node.</summary>
    Here,

    /// <summary>On another node.</summary>
    Elsewhere,
}

/// <summary>The region as one of many: what other nodes have, and what they want.</summary>
public sealed partial class ShardRegion
{
    /// <summary>
    /// A shard may have moved: it came, left, or went from one other node to another. Raised from any thread, perhaps more often than that; handlers return
    /// at once. Not raised on a node that is alone.
    /// </summary>
    public event Action<ShardId>? HomeChanged;

    /// <summary>What connects the region to its cluster; null on a node that is alone.</summary>
    internal RegionLink? Link { get; private set; }

    /// <summary>Where the entity is now. By the time the caller looks at it, it may have moved: <see cref="HomeChanged"/> tells.</summary>
    public EntityPlace PlaceOf(EntityId entity) => !Allocation.TryGetHome(ShardOf(entity), out var home)
        ? EntityPlace.Unknown
        : home.IsHere ? EntityPlace.Here : EntityPlace.Elsewhere;

    /// <summary>
    /// Reads what an entity on another node publishes. Waits while it has no home. Ends when the entity moves, or its node is lost: then subscribe anew,
    /// saying what is there already. Ends at once, without an item, when the entity is here.
    /// </summary>
    /// <param name="entity">Whose.</param>
    /// <param name="subscription">What the entity's <see cref="IEntityPublisher"/> understands.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PeerFailedException">The publisher failed, or refused.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shard = ShardOf(entity);
        for (var attempts = 0; ; attempts++)
        {
            var home = await Allocation.GetHomeAsync(shard, cancellationToken);
            if (home.IsHere || home.Peer is not { } peer || Link is not { } link)
            {
                yield break;
            }

            var any = false;
            await foreach (var item in new EntityReader(link, shard, peer).ReadAsync(entity, subscription, cancellationToken))
            {
                any = true;
                yield return item;
            }

            if (any)
            {
                yield break;
            }

            // It was not there, or could not be reached.
            await link.PauseAsync(shard, peer.Generation, attempts, cancellationToken);
        }
    }

    /// <summary>What waits and what is under way, shard by shard, for people.</summary>
    public IReadOnlyList<ShardActivity> DescribeShards()
    {
        var shards = new ShardActivity[_shards.Length];
        for (var i = 0; i < shards.Length; i++)
        {
            var (phase, entities, buffered, inFlight) = _shards[i].Describe();
            shards[i] = new ShardActivity(new ShardId(i), phase.ToString(), entities, buffered, inFlight);
        }

        return shards;
    }

    /// <summary>Connects the region to its cluster. Once, before the first message.</summary>
    internal void Attach(RegionLink link)
    {
        if (Link is not null)
        {
            throw new InvalidOperationException("The region is in a cluster already.");
        }

        Link = link;
        SetServesUntil(link.Membership.ServesUntil);
    }

    /// <summary>The lease was extended, or is over.</summary>
    internal void SetServesUntil(long timestamp)
    {
        Volatile.Write(ref _servesUntil, timestamp);
        foreach (var shard in _shards)
        {
            shard.Resume();
        }
    }

    internal void HomeMayHaveChanged(ShardId shard)
    {
        _shards[shard.Value].LeaveIfElsewhere();
        _shards[shard.Value].HomeMayHaveChanged();
        HomeChanged?.Invoke(shard);
    }

    internal void Forget(Generation dead)
    {
        foreach (var shard in _shards)
        {
            shard.Forget(dead);
        }
    }

    internal Task GiveUpAsync(ShardId shard) => _shards[shard.Value].GiveUpAsync();

    internal EntityReplyKind Accept(Generation sender, in EntityFrame frame, object message, out ValueTask<object> reply) =>
        _shards[frame.Shard.Value].Accept(sender, frame, message, out reply);

    internal CancellationToken? OpenStream(ShardId shard) => _shards[shard.Value].OpenStream();

    internal int EntitiesOf(ShardId shard) => _shards[shard.Value].Describe().Entities;

    internal int CountBuffered()
    {
        var buffered = 0;
        foreach (var shard in _shards)
        {
            buffered += shard.Describe().Buffered;
        }

        return buffered;
    }

    internal Ask<object> CreateAsk(object message, TimeSpan timeout) => _system.CreateAsk<object>(message, timeout, CancellationToken.None);

    internal void Queue(Action action) => _system.Queue(action);
}

/// <summary>What one shard does on this node.</summary>
/// <param name="Shard">Which.</param>
/// <param name="Phase">Where it stands in its region.</param>
/// <param name="Entities">In memory.</param>
/// <param name="Buffered">Messages that wait.</param>
/// <param name="InFlight">Messages under way to its node.</param>
public sealed record ShardActivity(ShardId Shard, string Phase, int Entities, int Buffered, int InFlight);
