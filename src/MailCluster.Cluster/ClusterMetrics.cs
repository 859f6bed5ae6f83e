using System.Diagnostics.Metrics;

namespace MailCluster.Cluster;

internal sealed class ClusterMetrics : IDisposable
{
    private readonly Meter _meter = new("MailCluster");

    internal ClusterMetrics(ShardRegion region)
    {
        _meter.CreateObservableUpDownCounter("mailcluster.entities.active", () => region.EntitiesActive, description: "Entities in memory.");
        _meter.CreateObservableUpDownCounter("mailcluster.entities.memory", () => region.MemoryBytes, "By", "What they hold, by their own estimate.");
        Started = _meter.CreateCounter<long>("mailcluster.entities.started", description: "Entities started.");
        Passivations = _meter.CreateCounter<long>("mailcluster.entities.passivated", description: "Entities passivated, by reason.");
        Messages = _meter.CreateCounter<long>("mailcluster.messages", description: "Messages routed to entities.");
        Forwarded = _meter.CreateCounter<long>("mailcluster.messages.forwarded", description: "Messages sent to entities on other nodes, repetitions included.");
        Resent = _meter.CreateCounter<long>("mailcluster.messages.resent", description: "Messages that are to be sent again, their node having moved, refused or been lost.");
        Moved = _meter.CreateCounter<long>("mailcluster.messages.moved", description: "Messages of other nodes refused because their shard is not served here.");
        _meter.CreateObservableUpDownCounter("mailcluster.messages.buffered", region.CountBuffered, description: "Messages that wait for their shard's home.");
        Busy = _meter.CreateCounter<long>("mailcluster.messages.busy", description: "Messages refused because a mailbox or buffer was full.");
    }

    internal Counter<long> Started { get; }

    internal Counter<long> Passivations { get; }

    internal Counter<long> Messages { get; }

    internal Counter<long> Busy { get; }

    internal Counter<long> Forwarded { get; }

    internal Counter<long> Resent { get; }

    internal Counter<long> Moved { get; }

    public void Dispose() => _meter.Dispose();

    internal void Passivated(PassivationReason reason) => Passivations.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        PassivationReason.Idle => "idle",
        PassivationReason.Memory => "memory",
        PassivationReason.Asked => "asked",
        _ => "stop",
    }));
}
