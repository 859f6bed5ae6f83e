using System.Diagnostics.Metrics;

namespace MailCluster.Cluster.Peers;

/// <summary>Frames and bytes of all connections; counted once a batch, not once a frame.</summary>
internal sealed class PeerTraffic
{
    private long _framesSent;
    private long _bytesSent;
    private long _framesReceived;
    private long _bytesReceived;

    internal long FramesSent => Volatile.Read(ref _framesSent);

    internal long BytesSent => Volatile.Read(ref _bytesSent);

    internal long FramesReceived => Volatile.Read(ref _framesReceived);

    internal long BytesReceived => Volatile.Read(ref _bytesReceived);

    internal void Sent(long frames, long bytes)
    {
        Interlocked.Add(ref _framesSent, frames);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    internal void Received(long frames, long bytes)
    {
        Interlocked.Add(ref _framesReceived, frames);
        Interlocked.Add(ref _bytesReceived, bytes);
    }
}

internal sealed class PeerMetrics : IDisposable
{
    private static readonly KeyValuePair<string, object?> s_out = new("direction", "out");
    private static readonly KeyValuePair<string, object?> s_in = new("direction", "in");

    /// <summary>From what loopback takes to what a client notices, in seconds.</summary>
    private static readonly InstrumentAdvice<double> s_roundTrips = new()
    {
        HistogramBucketBoundaries = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    private readonly Meter _meter = new("MailCluster");
    private int _outbound;
    private int _inbound;
    private int _streamsOut;
    private int _streamsIn;

    internal PeerMetrics()
    {
        _meter.CreateObservableCounter("mailcluster.peers.frames", () => Both(Traffic.FramesSent, Traffic.FramesReceived), description: "Frames between nodes.");
        _meter.CreateObservableCounter("mailcluster.peers.bytes", () => Both(Traffic.BytesSent, Traffic.BytesReceived), "By", "Bytes between nodes, before TLS.");
        _meter.CreateObservableUpDownCounter("mailcluster.peers.connections", () => Both(Volatile.Read(ref _outbound), Volatile.Read(ref _inbound)),
            description: "Connections to peers (out) and of peers (in).");
        _meter.CreateObservableUpDownCounter("mailcluster.peers.streams", () => Both(Volatile.Read(ref _streamsOut), Volatile.Read(ref _streamsIn)),
            description: "Streams sent (out) and read (in).");
        RoundTrip = _meter.CreateHistogram("mailcluster.peers.roundtrip", "s", "From a request to its answer.", advice: s_roundTrips);
        Failures = _meter.CreateCounter<long>("mailcluster.peers.failures", description: "Connections that broke or could not be made, by cause.");
    }

    internal PeerTraffic Traffic { get; } = new();

    internal Meter Meter => _meter;

    internal Histogram<double> RoundTrip { get; }

    internal Counter<long> Failures { get; }

    public void Dispose() => _meter.Dispose();

    internal void Outbound(int by) => Interlocked.Add(ref _outbound, by);

    internal void Inbound(int by) => Interlocked.Add(ref _inbound, by);

    internal void StreamsRead(int by) => Interlocked.Add(ref _streamsIn, by);

    internal void StreamsSent(int by) => Interlocked.Add(ref _streamsOut, by);

    internal void Failed(PeerFailure failure) => Failures.Add(1, new KeyValuePair<string, object?>("cause", failure switch
    {
        PeerFailure.ProcessGone => "gone",
        PeerFailure.Silent => "silent",
        _ => "rejected",
    }));

    private static IEnumerable<Measurement<T>> Both<T>(T sent, T received)
        where T : struct => [new(sent, s_out), new(received, s_in)];
}
