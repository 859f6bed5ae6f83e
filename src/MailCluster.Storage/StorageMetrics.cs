using System.Diagnostics.Metrics;
using MailCluster.Persistence;

namespace MailCluster.Storage;

/// <summary>What storage counts, on the meter "MailCluster".</summary>
internal static class StorageMetrics
{
    private static readonly Meter Meter = new("MailCluster");

    private static readonly Histogram<int> GroupSize =
        Meter.CreateHistogram<int>("mailcluster.journal.group.size", "{write}", "Writes that shared one commit.");

    private static readonly Histogram<double> CommitDuration =
        Meter.CreateHistogram<double>("mailcluster.journal.commit.duration", "s", "From the first statement of a group to the end of its commit.");

    private static readonly KeyValuePair<string, object?> Disk = new("durability", "disk");
    private static readonly KeyValuePair<string, object?> Os = new("durability", "os");

    public static void RecordCommit(int writes, Durability durability, TimeSpan elapsed)
    {
        var tag = durability == Durability.Disk ? Disk : Os;
        GroupSize.Record(writes, tag);
        CommitDuration.Record(elapsed.TotalSeconds, tag);
    }
}
