using System.Diagnostics.Metrics;
using MailCluster.Actors;

namespace MailCluster.Cluster.Tests;

public sealed class MetricsTests : RegionTest
{
    [Fact]
    public async Task The_region_counts_what_an_operator_looks_at()
    {
        var region = Open(new ShardRegionOptions { IdleTimeout = TimeSpan.FromSeconds(8), BufferMax = 1 }, shards: 1);
        using var counts = new Counts(region);
        var gate = new Gate();
        Stopping = async _ => await gate.PassAsync();
        Receive = (entity, message) =>
        {
            entity.Report(500);
            message.Reply(Done.Instance);
            return default;
        };
        await region.AskAsync<Done>(new EntityId("a"), 1, Never, default);
        await region.AskAsync<Done>(new EntityId("b"), 1, Never, default);
        Assert.Equal(2, counts.Observe("mailcluster.entities.active"));
        Assert.Equal(1000, counts.Observe("mailcluster.entities.memory"));

        await UntilAsync(() => Made.All(entity => entity.IsIdle));
        Time.Advance(TimeSpan.FromSeconds(8));
        await gate.Reached;
        var late = region.AskAsync<Done>(new EntityId("a"), 1, Never, default).AsTask();
        await Assert.ThrowsAsync<BusyException>(async () => await region.AskAsync<Done>(new EntityId("a"), 1, Never, default));
        gate.Open();
        await late;

        Assert.Equal(3, counts["mailcluster.entities.started"]);
        Assert.Equal(2, counts["mailcluster.entities.passivated reason=idle"]);
        Assert.Equal(4, counts["mailcluster.messages"]);
        Assert.Equal(1, counts["mailcluster.messages.busy"]);
    }

    /// <summary>Listens to the instruments of one region alone; other tests have regions too.</summary>
    private sealed class Counts : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

        internal Counts(ShardRegion region)
        {
            var meter = region.Metrics.Messages.Meter;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        internal long this[string name]
        {
            get
            {
                lock (_sums)
                {
                    return _sums.GetValueOrDefault(name);
                }
            }
        }

        public void Dispose() => _listener.Dispose();

        internal long Observe(string name)
        {
            lock (_sums)
            {
                _sums.Remove(name);
            }

            _listener.RecordObservableInstruments();
            return this[name];
        }

        private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name;
            foreach (var (key, tag) in tags)
            {
                name += $" {key}={tag}";
            }

            lock (_sums)
            {
                _sums[name] = _sums.GetValueOrDefault(name) + value;
            }
        }
    }
}
