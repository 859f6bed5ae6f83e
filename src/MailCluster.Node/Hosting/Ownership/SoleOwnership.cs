using MailCluster.Cluster;
using MailCluster.Persistence;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>Of storage in the node's own data directory, which is locked: everything is this node's, from the start to the end.</summary>
internal sealed class SoleOwnership(WriterGeneration generation, Action<string> onOver) : IOwnership
{
    public WriterGeneration Generation => generation;

    public IShardAllocation Allocation { get; } = new LocalShardAllocation();

    public IFeatureLevel Level => FixedFeatureLevel.Newest;

    public string? Trouble => null;

    public ClusterNode? Cluster => null;

    public void Serve(ShardRegion region, IEntityPublisher publisher)
    {
        // There is nobody to tell.
    }

    public void Fenced() => onOver("the journal refused its generation");

    public Task LeaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
