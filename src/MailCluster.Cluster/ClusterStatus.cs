using System.Collections.Immutable;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster;

/// <summary>The cluster as one node sees it now, for people and for monitoring.</summary>
/// <param name="Node">The node that says so.</param>
/// <param name="Generation">Its run.</param>
/// <param name="IsServing">Holds a lease, and is not superseded.</param>
/// <param name="LeaseLeft">Until it stops serving unless it renews.</param>
/// <param name="IsDraining">Hands over all it has.</param>
/// <param name="MapVersion">Of the map it uses.</param>
/// <param name="ShardCount">Of the cluster.</param>
/// <param name="ShardsWithoutOwner">Free, or of a dead member: about to be claimed.</param>
/// <param name="Level">The feature level at which this node works.</param>
/// <param name="Members">The newest run of every node.</param>
public sealed record ClusterStatus(
    string Node,
    Generation Generation,
    bool IsServing,
    TimeSpan LeaseLeft,
    bool IsDraining,
    long MapVersion,
    int ShardCount,
    int ShardsWithoutOwner,
    int Level,
    ImmutableArray<MemberShare> Members);

/// <summary>A member and how many shards it has.</summary>
public sealed record MemberShare(Member Member, int Shards);

/// <summary>One shard, for people.</summary>
/// <param name="Shard">Which.</param>
/// <param name="Owner">Who has it by the map; null when nobody has.</param>
/// <param name="Activity">What it does on the node that is asked.</param>
public sealed record ShardStatus(ShardId Shard, Member? Owner, ShardActivity Activity);

/// <summary>Where an entity is.</summary>
/// <param name="Entity">Which.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="Owner">Who has it by the map; null when nobody has.</param>
/// <param name="Place">From the node that is asked.</param>
public sealed record EntityWhereabouts(EntityId Entity, ShardId Shard, Member? Owner, EntityPlace Place);

/// <summary>What can be seen of the cluster from this node.</summary>
public sealed partial class ClusterNode
{
    public ClusterStatus GetStatus()
    {
        var map = _membership.Map;
        var shares = new Dictionary<Generation, int>();
        foreach (var owner in map.Owners)
        {
            shares[owner] = shares.GetValueOrDefault(owner) + 1;
        }

        return new ClusterStatus(
            _membership.Self.Node,
            _membership.Generation,
            _membership.HasLease && !_membership.IsSuperseded,
            _membership.LeaseLeft,
            Volatile.Read(ref _draining) != 0,
            map.Version,
            Allocation.ShardCount,
            new ShardShares(map).Free,
            _membership.Level,
            [.. map.Members.Select(member => new MemberShare(member, shares.GetValueOrDefault(member.Generation)))]);
    }

    /// <summary>All shards in order of their numbers; empty before <see cref="Serve"/>.</summary>
    public IReadOnlyList<ShardStatus> GetShards()
    {
        var map = _membership.Map;
        return _region is null
            ? []
            : [.. _region.DescribeShards().Select(activity => new ShardStatus(activity.Shard, OwnerOf(map, activity.Shard), activity))];
    }

    /// <summary>Where the entity is.</summary>
    public EntityWhereabouts Locate(EntityId entity)
    {
        var shard = ShardHash.ShardOf(entity, Allocation.ShardCount);
        return new EntityWhereabouts(entity, shard, OwnerOf(_membership.Map, shard), _region?.PlaceOf(entity) ?? EntityPlace.Unknown);
    }

    private static Member? OwnerOf(ClusterMap map, ShardId shard) =>
        shard.Value < map.Owners.Length && map.Find(map.Owners[shard.Value]) is { Status: not MemberStatus.Dead } owner ? owner : null;
}
