using MailCluster.Auth.Abuse;
using MailCluster.Cluster;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>The other nodes of the cluster, as authentication sees them.</summary>
internal sealed class ClusterNeighbours(ClusterNode node) : INeighbours
{
    public event Action<ReadOnlyMemory<byte>>? Told
    {
        add => node.CountersTold += value;
        remove => node.CountersTold -= value;
    }

    public void Tell(ReadOnlyMemory<byte> news) => node.TellCounters(news);
}
