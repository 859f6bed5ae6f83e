using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

/// <summary>What mailboxes need of the cluster's region: reaching an account's actor wherever it is, and hearing of its folders.</summary>
public interface IMailboxRegion
{
    /// <inheritdoc cref="ShardRegion.AskAsync"/>
    ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>
    /// What the node that owns the entity publishes for the subscription (<see cref="IEntityPublisher"/>). Ends, or fails, when the owner changes or is lost; the
    /// caller then subscribes anew.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, CancellationToken cancellationToken);

    /// <summary>Whether this node has the entity's shard and takes messages for it. May be out of date when it returns; <see cref="HomeChanged"/> then follows.</summary>
    bool IsHere(EntityId entity);

    /// <inheritdoc cref="ShardRegion.ShardOf"/>
    ShardId ShardOf(EntityId entity);

    /// <summary>The shard came to this node, left it, or moved elsewhere. Raised after each change, from any thread; handlers return at once.</summary>
    event Action<ShardId>? HomeChanged;
}

/// <summary>The region of this node's mailbox actors, of a node that is alone or one of a cluster.</summary>
public sealed class MailboxRegion(ShardRegion region) : IMailboxRegion
{
    public event Action<ShardId>? HomeChanged
    {
        add => region.HomeChanged += value;
        remove => region.HomeChanged -= value;
    }

    public ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken) =>
        region.AskAsync<TReply>(entity, message, timeout, cancellationToken);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, CancellationToken cancellationToken) =>
        region.SubscribeAsync(entity, subscription, cancellationToken);

    public bool IsHere(EntityId entity) => region.PlaceOf(entity) == EntityPlace.Here;

    public ShardId ShardOf(EntityId entity) => region.ShardOf(entity);
}
