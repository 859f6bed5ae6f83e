using System.Globalization;
using MailCluster.Cluster;
using MailCluster.Edge;
using MailCluster.Node.Metrics;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>stats</c>: the same numbers as <c>/metrics</c>, for a person; of a histogram its count and its sum.</summary>
internal sealed class StatsVerb(MetricCollector metrics, ISessionRegistry sessions, ShardRegion region)
    : AdminVerb<StatsRequest>("stats", AdminJson.Default.StatsRequest)
{
    protected override async Task RunAsync(StatsRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var row in Rows())
        {
            var isWanted = request.Prefix is { } prefix
                ? row.Name.StartsWith(prefix, StringComparison.Ordinal)
                : request.All || IsOurs(row.Name);
            if (isWanted) await rows.WriteAsync(row, AdminJson.Default.StatRow, cancellationToken);
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("mailcluster_", StringComparison.Ordinal) || name is "sessions" or "accounts_active" or "accounts_memory_bytes";

    private IEnumerable<StatRow> Rows()
    {
        yield return new StatRow("sessions", sessions.Count, "");
        yield return new StatRow("accounts_active", region.EntitiesActive, "");
        yield return new StatRow("accounts_memory_bytes", region.MemoryBytes, "");
        foreach (var instrument in metrics.Collect())
        {
            foreach (var series in instrument.All)
            {
                var labels = string.Join(
                    ',', series.Tags.Select(tag => string.Create(CultureInfo.InvariantCulture, $"{tag.Key}={tag.Value}")));
                if (instrument.Kind != MetricKind.Histogram)
                {
                    yield return new StatRow(instrument.Name, series.Value, labels);
                    continue;
                }
                var count = 0L;
                for (var bucket = 0; bucket <= series.Bounds.Length; bucket++) count += series.Bucket(bucket);
                yield return new StatRow(instrument.Name + "_count", count, labels);
                yield return new StatRow(instrument.Name + "_sum", series.Value, labels);
            }
        }
    }
}
