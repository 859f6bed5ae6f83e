using System.Diagnostics.Metrics;

namespace MailCluster.Mailboxes;

/// <summary>What replicas of folders cost, on the meter "MailCluster".</summary>
internal static class ReplicaMetrics
{
    private static readonly Meter s_meter = new("MailCluster");

    private static readonly Histogram<double> s_lag = s_meter.CreateHistogram<double>(
        "mailcluster.replicas.lag", "s", "How long a command, answered by another node, waited until a folder here showed what it had answered; one for each that had to wait.");

    public static void Waited(TimeSpan lag) => s_lag.Record(lag.TotalSeconds);
}
