using System.Diagnostics.Metrics;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster;

internal sealed class ClusterNodeMetrics : IDisposable
{
    private readonly Meter _meter = new("MailCluster");

    internal ClusterNodeMetrics(ClusterNode node)
    {
        _meter.CreateObservableUpDownCounter("mailcluster.cluster.shards.owned", () => node.Allocation.Ours().Kept.Count, description: "Shards of this node.");
        _meter.CreateObservableGauge(
            "mailcluster.cluster.lease.left", () => node.Membership.LeaseLeft.TotalSeconds, "s", "Until this node stops serving unless it renews its lease.");
        _meter.CreateObservableUpDownCounter("mailcluster.cluster.members", () => CountMembers(node), description: "Nodes that this one knows, by status.");
        Claimed = _meter.CreateCounter<long>("mailcluster.cluster.shards.claimed", description: "Shards claimed, being free or of a dead member.");
        HandOverSeconds = _meter.CreateHistogram<double>(
            "mailcluster.cluster.handover.duration", "s", "From when a shard takes no more until its successor has it, one for each shard handed over.");
    }

    internal Counter<long> Claimed { get; }

    internal Histogram<double> HandOverSeconds { get; }

    public void Dispose() => _meter.Dispose();

    private static Measurement<int>[] CountMembers(ClusterNode node)
    {
        var members = node.Membership.Map.Members;
        return
        [
            Count(MemberStatus.Active, "active"),
            Count(MemberStatus.Leaving, "leaving"),
            Count(MemberStatus.Dead, "dead"),
        ];

        Measurement<int> Count(MemberStatus status, string name) =>
            new(members.Count(member => member.Status == status), new KeyValuePair<string, object?>("status", name));
    }
}
