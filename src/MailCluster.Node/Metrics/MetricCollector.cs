using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MailCluster.Node.Metrics;

/// <summary>Listens to the meters of this program, of the connection server and of the runtime, and keeps their numbers for <c>/metrics</c>.</summary>
internal sealed class MetricCollector : IDisposable
{
    /// <summary>Seconds: from a memory read to a client's patience.</summary>
    private static readonly double[] SecondBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Counts and sizes: powers of four.</summary>
    private static readonly double[] CountBounds = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

    private readonly ConcurrentDictionary<string, InstrumentSeries> _instruments = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _observing = new();

    public MetricCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument, SeriesOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments, then returns every instrument, by name.</summary>
    public IReadOnlyList<InstrumentSeries> Collect()
    {
        lock (_observing)
        {
            _listener.RecordObservableInstruments();
        }
        return [.. _instruments.Values.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsWanted(string meter) =>
        meter.StartsWith("MailCluster", StringComparison.Ordinal) || meter is "System.Runtime" or "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>Two meters with an instrument of one name (one per object, as in tests) add up.</summary>
    private InstrumentSeries SeriesOf(Instrument instrument)
    {
        var (kind, isAbsolute) = KindOf(instrument);
        var series = new InstrumentSeries(instrument, kind, isAbsolute, kind == MetricKind.Histogram ? BoundsOf(instrument) : []);
        return _instruments.GetOrAdd(series.Name, series);
    }

    private static (MetricKind Kind, bool IsAbsolute) KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition switch
        {
            _ when definition == typeof(Counter<>) => (MetricKind.Counter, false),
            _ when definition == typeof(ObservableCounter<>) => (MetricKind.Counter, true),
            _ when definition == typeof(Histogram<>) => (MetricKind.Histogram, false),
            _ when definition == typeof(UpDownCounter<>) => (MetricKind.Gauge, false),
            _ => (MetricKind.Gauge, true),
        };
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            _ => null,
        };
        return advised is { Count: > 0 } ? [.. advised] : instrument.Unit == "s" ? SecondBounds : CountBounds;
    }

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((InstrumentSeries)state!).Record(value, tags);
}
