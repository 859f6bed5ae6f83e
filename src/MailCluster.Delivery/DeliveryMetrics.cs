using System.Diagnostics.Metrics;

namespace MailCluster.Delivery;

/// <summary>The measurements of delivery, of meter <c>MailCluster</c>.</summary>
public sealed class DeliveryMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _duration;

    public DeliveryMetrics(IMeterFactory? meters = null)
    {
        _meter = meters is null ? new Meter("MailCluster") : meters.Create("MailCluster");
        _deliveries = _meter.CreateCounter<long>("mailcluster.deliveries", "{message}", "Messages for one recipient each, by outcome.");
        _duration = _meter.CreateHistogram<double>("mailcluster.delivery.duration", "s", "From the last byte of a message to all its outcomes.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Outcome(DeliveryStatus status) => _deliveries.Add(1, new KeyValuePair<string, object?>("outcome", status.ToString()));

    internal void Took(TimeSpan duration) => _duration.Record(duration.TotalSeconds);
}
