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

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "mailcluster.journal.refused", "{write}", "Writes that were refused: fenced (the generation is dead) or conflict (the stream ends elsewhere).");

    public static void CountRefused(Exception refusal) =>
        Refused.Add(1, new KeyValuePair<string, object?>("reason", refusal is WriterFencedException ? "fenced" : "conflict"));

    private static readonly Counter<long> PackBytes =
        Meter.CreateCounter<long>("mailcluster.packs.written", "By", "Bytes of records written to packs.");

    private static readonly Counter<long> PackFlushes =
        Meter.CreateCounter<long>("mailcluster.packs.flushes", "{flush}", "Times a pack file was brought to stable storage.");

    private static readonly Histogram<int> PackGroupSize =
        Meter.CreateHistogram<int>("mailcluster.packs.group.size", "{message}", "Messages that shared one write and one flush.");

    private static readonly Counter<long> SummariesLost =
        Meter.CreateCounter<long>("mailcluster.packs.summaries.lost", "{message}", "Messages stored without summary or text, which are made again from the body.");

    private static readonly Counter<long> PackBytesFreed =
        Meter.CreateCounter<long>("mailcluster.packs.freed", "By", "Bytes of packs removed by compaction.");

    private static long _garbageBytes;

    private static readonly ObservableGauge<long> PackGarbage = Meter.CreateObservableGauge(
        "mailcluster.packs.garbage", static () => Volatile.Read(ref _garbageBytes), "By", "Bytes of released records whose time has come, as of the last compaction pass.");

    public static void RecordPackGroup(int messages, long bytes)
    {
        PackGroupSize.Record(messages);
        PackBytes.Add(bytes);
        PackFlushes.Add(1);
    }

    public static void CountPackFlush() => PackFlushes.Add(1);

    public static void CountSummariesLost(int messages) => SummariesLost.Add(messages);

    public static void RecordCompaction(long bytesFreed, long garbageBytes)
    {
        PackBytesFreed.Add(bytesFreed);
        Volatile.Write(ref _garbageBytes, garbageBytes);
    }
}
