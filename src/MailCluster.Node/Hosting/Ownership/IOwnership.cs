using MailCluster.Cluster;
using MailCluster.Persistence;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>What lets this run of the node serve accounts: the number it writes with, and its say in which accounts are its own.</summary>
internal interface IOwnership : IAsyncDisposable
{
    /// <summary>The number of this run: every write carries it.</summary>
    WriterGeneration Generation { get; }

    /// <summary>Where shards are.</summary>
    IShardAllocation Allocation { get; }

    /// <summary>What all nodes understand that accounts of this one may move to.</summary>
    IFeatureLevel Level { get; }

    /// <summary>Why this node should get no clients now, for <c>/readyz</c>; null when it should.</summary>
    string? Trouble { get; }

    /// <summary>The cluster; null for storage that nobody else can reach.</summary>
    ClusterNode? Cluster { get; }

    /// <summary>Begins to serve, with a region over <see cref="Allocation"/> that has had no message yet.</summary>
    void Serve(ShardRegion region, IEntityPublisher publisher);

    /// <summary>The journal refused <see cref="Generation"/>: this run is over.</summary>
    void Fenced();

    /// <summary>Gives up everything, in order, while the region still runs.</summary>
    /// <param name="cancellationToken">Gives up waiting; what is left is found out by others in time.</param>
    Task LeaveAsync(CancellationToken cancellationToken);
}
