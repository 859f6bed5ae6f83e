using MailCluster.Auth.Abuse;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>The other nodes of the cluster, as authentication sees them.</summary>
internal sealed class ClusterNeighbours(ClusterNode node) : INeighbours
{
    public event Action<ReadOnlyMemory<byte>>? Told
    {
        add => node.CountersTold += value;
        remove => node.CountersTold -= value;
    }

    public long Self => node.Membership.Generation.Value;

    public void Tell(ReadOnlyMemory<byte> news) => node.TellCounters(news);

    public bool IsThere(long run) => node.Membership.Map.Find(new Generation(run)) is { Status: not MemberStatus.Dead };
}
