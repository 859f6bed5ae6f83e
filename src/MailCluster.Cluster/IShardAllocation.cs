using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster;

/// <summary>Knows where each shard is. The one place a region asks, so that many nodes need another allocation and nothing else here.</summary>
public interface IShardAllocation
{
    /// <summary>
    /// The shard's home now. Asked when a message for a shard of unknown home arrives; the region buffers until it completes. A failure
    /// fails the messages buffered so far, and the next one asks again.
    /// </summary>
    ValueTask<ShardHome> GetHomeAsync(ShardId shard, CancellationToken cancellationToken);

    /// <summary>The shard's home, if it is known without asking anybody. Quick; called under a lock.</summary>
    bool TryGetHome(ShardId shard, out ShardHome home)
    {
        home = default;
        return false;
    }

    /// <summary>This node has stopped all entities of the shard and holds nothing of it any more.</summary>
    ValueTask ReleaseAsync(ShardId shard, CancellationToken cancellationToken);
}

/// <summary>Where a shard is: on this node, or on the node named.</summary>
public readonly record struct ShardHome
{
    private ShardHome(string node, Member? peer)
    {
        Node = node;
        Peer = peer;
    }

    public static ShardHome Here => default;

    /// <summary>Null when it is here.</summary>
    public string? Node { get; }

    public bool IsHere => Node is null;

    /// <summary>The member of the cluster that has it; null when the node is known by name alone, and then cannot be sent to.</summary>
    public Member? Peer { get; }

    public static ShardHome At(string node) => new(node, null);

    public static ShardHome At(Member peer) => new(peer.Node, peer);
}

/// <summary>A node that is alone: every shard is here.</summary>
public sealed class LocalShardAllocation : IShardAllocation
{
    public ValueTask<ShardHome> GetHomeAsync(ShardId shard, CancellationToken cancellationToken) => ValueTask.FromResult(ShardHome.Here);

    public bool TryGetHome(ShardId shard, out ShardHome home)
    {
        home = ShardHome.Here;
        return true;
    }

    public ValueTask ReleaseAsync(ShardId shard, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
