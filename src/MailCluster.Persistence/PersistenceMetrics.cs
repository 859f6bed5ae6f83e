using System.Diagnostics.Metrics;

namespace MailCluster.Persistence;

internal sealed class PersistenceMetrics : IDisposable
{
    private readonly Meter _meter = new("MailCluster");

    internal PersistenceMetrics()
    {
        Recoveries = _meter.CreateCounter<long>("mailcluster.actor.recoveries", description: "Actors recovered from the journal.");
        RecoverySeconds = _meter.CreateHistogram<double>("mailcluster.actor.recovery.duration", "s", "From the permit to the recovered state.");
        Writes = _meter.CreateCounter<long>("mailcluster.actor.writes", description: "Journal writes.");
        Events = _meter.CreateCounter<long>("mailcluster.actor.events", description: "Events persisted.");
        Snapshots = _meter.CreateCounter<long>("mailcluster.actor.snapshots", description: "Snapshots saved.");
        Failures = _meter.CreateCounter<long>("mailcluster.actor.write.failures", description: "Journal writes that failed or whose outcome is unknown.");
        Fenced = _meter.CreateCounter<long>("mailcluster.actor.writes.fenced", description: "Journal writes refused because this run of the node is over.");
    }

    internal Counter<long> Fenced { get; }

    internal Counter<long> Recoveries { get; }

    internal Histogram<double> RecoverySeconds { get; }

    internal Counter<long> Writes { get; }

    internal Counter<long> Events { get; }

    internal Counter<long> Snapshots { get; }

    internal Counter<long> Failures { get; }

    public void Dispose() => _meter.Dispose();
}
