namespace MailCluster.Cluster.Membership;

/// <summary>
/// The tables that all nodes of a cluster share: its members with their leases, and the owners of its shards. The store alone decides; its
/// clock is the only clock. Each member's call is one transaction.
/// </summary>
/// <remarks>
/// <para><b>Safety</b> does not rest on leases. A generation declared dead can never write again, since every write to the journal checks
/// that its generation is not dead, under a lock that <see cref="MarkDeadAsync"/> and <see cref="JoinAsync"/> wait for. A shard changes hands only when its
/// owner gives it up (<see cref="ReleaseAsync"/>) or is dead (<see cref="ClaimAsync"/>).</para>
/// <para>A call that fails with <see cref="ClusterStoreUnavailableException"/> may have been carried out; all of them may be repeated.</para>
/// </remarks>
public interface IClusterStore
{
    /// <summary>
    /// Starts a new run of a node: declares every earlier run of the same name dead and adds an active member with a lease of
    /// <paramref name="lease"/>. When it completes, no write of an earlier run can land any more.
    /// </summary>
    /// <exception cref="ClusterLevelException">The cluster has reached a level that the node does not speak. Nothing was changed but that earlier runs may be dead.</exception>
    ValueTask<Generation> JoinAsync(MemberRegistration registration, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Extends the lease to <paramref name="lease"/> from now. False: the generation is dead and the process must not go on. A lease that had run
    /// out is renewed all the same, as long as nobody has declared the generation dead.
    /// </summary>
    ValueTask<bool> RenewAsync(Generation generation, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Active → Leaving. Nothing when it is past that.</summary>
    ValueTask LeaveAsync(Generation generation, CancellationToken cancellationToken);

    /// <summary>
    /// Declares a generation dead, waiting for its writes under way: when it completes with true, no write of it can land any more. With
    /// <paramref name="onlyIfExpired"/> only if its lease has run out by the store's clock. Returns whether it is dead now. A node that has handed
    /// over everything declares itself dead last.
    /// </summary>
    ValueTask<bool> MarkDeadAsync(Generation generation, bool onlyIfExpired, CancellationToken cancellationToken);

    /// <summary>
    /// Gives up to <paramref name="max"/> shards that are free, or whose owner is dead, to an active <paramref name="claimant"/>, and returns them.
    /// Several nodes that claim at once get different ones and do not wait for each other.
    /// </summary>
    ValueTask<IReadOnlyList<ShardId>> ClaimAsync(Generation claimant, int max, CancellationToken cancellationToken);

    /// <summary>
    /// The owner gives up a shard of which it holds nothing any more: to <paramref name="successor"/> if that is an active member, else it is free.
    /// Nothing when <paramref name="owner"/> does not have it.
    /// </summary>
    ValueTask ReleaseAsync(Generation owner, ShardId shard, Generation successor, CancellationToken cancellationToken);

    /// <summary>
    /// Raises the cluster's level to the highest that every member which is not dead, and has a role, speaks, if that is more than it has; returns the level as it
    /// is then. No member joins meanwhile.
    /// </summary>
    ValueTask<int> RaiseLevelAsync(CancellationToken cancellationToken);

    /// <summary>Members and owners as they are now.</summary>
    ValueTask<ClusterMap> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Calls <paramref name="changed"/> soon after each change of the map, from any thread and perhaps more often, until disposed. A notice can be missed
    /// (a lost connection): whoever needs the map polls it too.
    /// </summary>
    IAsyncDisposable Watch(Action changed);
}

/// <summary>The cluster's tables cannot be reached now. The call may have been carried out.</summary>
public sealed class ClusterStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
