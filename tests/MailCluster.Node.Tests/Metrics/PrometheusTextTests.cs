using System.Diagnostics.Metrics;
using MailCluster.Node.Metrics;

namespace MailCluster.Node.Tests.Metrics;

public sealed class PrometheusTextTests
{
    private static string[] Lines(MetricCollector collector, string prefix) =>
        [.. PrometheusText.Write(collector.Collect()).Split('\n').Where(line => line.Contains(prefix, StringComparison.Ordinal))];

    [Fact]
    public void WritesCountersGaugesAndHistograms()
    {
        using var collector = new MetricCollector();
        using var meter = new Meter("MailCluster.TestA");
        var counter = meter.CreateCounter<long>("ta.received", "By", "Bytes \\ that\ncame");
        counter.Add(5, new KeyValuePair<string, object?>("protocol", "imap"));
        counter.Add(7, new KeyValuePair<string, object?>("protocol", "imap"));
        counter.Add(1, new KeyValuePair<string, object?>("protocol", "a\"b\\c\nd"));
        meter.CreateUpDownCounter<int>("ta.open").Add(3);
        meter.CreateObservableGauge("ta.level", () => 1.5);
        meter.CreateObservableCounter("ta.seen", () => 9L);
        var histogram = meter.CreateHistogram<double>("ta.wait", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.05);
        histogram.Record(0.1);
        histogram.Record(30);

        Assert.Equal(
            [
                "# TYPE ta_level gauge",
                "ta_level 1.5",
                "# TYPE ta_open gauge",
                "ta_open 3",
                "# HELP ta_received_bytes_total Bytes \\\\ that\\ncame",
                "# TYPE ta_received_bytes_total counter",
                "ta_received_bytes_total{protocol=\"imap\"} 12",
                "ta_received_bytes_total{protocol=\"a\\\"b\\\\c\\nd\"} 1",
                "# TYPE ta_seen_total counter",
                "ta_seen_total 9",
                "# TYPE ta_wait_seconds histogram",
                "ta_wait_seconds_bucket{le=\"0.1\"} 2",
                "ta_wait_seconds_bucket{le=\"1\"} 2",
                "ta_wait_seconds_bucket{le=\"+Inf\"} 3",
                "ta_wait_seconds_sum 30.15",
                "ta_wait_seconds_count 3",
            ],
            Lines(collector, "ta_"));
        collector.Collect();
        Assert.Contains("ta_seen_total 9", Lines(collector, "ta_seen"));
    }

    [Fact]
    public void OtherMetersAreNotHeard()
    {
        using var collector = new MetricCollector();
        using var meter = new Meter("SomethingElse");
        meter.CreateCounter<int>("tb.count").Add(1);
        Assert.Empty(Lines(collector, "tb_"));
    }

    [Fact]
    public void TagSetsAreBounded()
    {
        using var collector = new MetricCollector();
        using var meter = new Meter("MailCluster.TestC");
        var counter = meter.CreateCounter<int>("tc.count");
        for (var index = 0; index < 2_000; index++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("index", index));
        }
        Assert.Equal(501, Lines(collector, "tc_count").Length);
    }

    [Fact]
    public void NothingIsLostBetweenThreads()
    {
        using var collector = new MetricCollector();
        using var meter = new Meter("MailCluster.TestD");
        var counter = meter.CreateCounter<int>("td.count");
        var histogram = meter.CreateHistogram<int>("td.size");
        Parallel.For(0, 20_000, index =>
        {
            counter.Add(1, new KeyValuePair<string, object?>("parity", index % 2 == 0 ? "even" : "odd"));
            histogram.Record(index % 5);
        });
        var lines = Lines(collector, "td_");
        Assert.Contains("td_count_total{parity=\"even\"} 10000", lines);
        Assert.Contains("td_count_total{parity=\"odd\"} 10000", lines);
        Assert.Contains("td_size_count 20000", lines);
        Assert.Contains("td_size_sum 40000", lines);
    }
}
