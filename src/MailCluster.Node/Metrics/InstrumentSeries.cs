using System.Diagnostics.Metrics;

namespace MailCluster.Node.Metrics;

/// <summary>What Prometheus calls the kind of a metric.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one instrument. Found by a walk over a few tag sets: no allocation, no lock, on each measurement.</summary>
internal sealed class InstrumentSeries
{
    /// <summary>Tag sets kept of one instrument. Past it measurements are dropped: tags are meant to be few, and memory bounded.</summary>
    private const int SeriesMax = 500;

    private readonly Lock _adding = new();
    private readonly double[] _bounds;
    private volatile Series[] _series = [];

    public InstrumentSeries(Instrument instrument, MetricKind kind, bool isAbsolute, double[] bounds)
    {
        Name = MetricNames.Of(instrument, kind);
        Help = instrument.Description ?? "";
        Kind = kind;
        IsAbsolute = isAbsolute;
        _bounds = bounds;
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    /// <summary>Measurements are the value itself (observable instruments, gauges), not something to add.</summary>
    public bool IsAbsolute { get; }

    public IReadOnlyList<Series> All => _series;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series)
        {
            return;
        }
        if (Kind == MetricKind.Histogram)
        {
            series.Observe(value);
        }
        else if (IsAbsolute)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in _series)
        {
            if (series.Matches(tags))
            {
                return series;
            }
        }
        lock (_adding)
        {
            foreach (var series in _series)
            {
                if (series.Matches(tags))
                {
                    return series;
                }
            }
            if (_series.Length >= SeriesMax)
            {
                return null;
            }
            var added = new Series(tags.ToArray(), _bounds);
            _series = [.. _series, added];
            return added;
        }
    }
}
