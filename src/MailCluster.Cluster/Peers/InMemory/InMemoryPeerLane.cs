namespace MailCluster.Cluster.Peers.InMemory;

/// <summary>One direction of a connection: frames in order, each after the path's latency, held up while the path carries nothing.</summary>
internal sealed class InMemoryPeerLane(
    InMemoryPeerNetwork network, InMemoryPeerTransport from, InMemoryPeerTransport to, Action silent, CancellationToken broken)
{
    private readonly Queue<(long Due, Action Arrive)> _frames = new();
    private bool _pumping;
    private ITimer? _silence;

    internal void Send(Action arrive)
    {
        var latency = network.LatencyOf(from.Self.Address, to.Self.Address);
        var due = network.Time.GetTimestamp() + (long)(latency.TotalSeconds * network.Time.TimestampFrequency);
        lock (_frames)
        {
            _frames.Enqueue((due, arrive));
        }

        Resume();
    }

    /// <summary>Goes on with what is queued, unless it is being gone on with.</summary>
    internal void Resume()
    {
        lock (_frames)
        {
            if (_pumping || _frames.Count == 0)
            {
                return;
            }

            _pumping = true;
        }

        network.Queue(() => _ = PumpAsync());
    }

    private async Task PumpAsync()
    {
        while (TryNext(out var due, out var arrive))
        {
            var wait = network.Time.GetElapsedTime(network.Time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                // Whole milliseconds: a delay cuts the rest off, and would end at once for ever.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), network.Time, CancellationToken.None);
                continue;
            }

            lock (_frames)
            {
                _frames.Dequeue();
            }

            to.Run(arrive);
        }
    }

    /// <summary>The first frame, which stays queued; false ends the pump.</summary>
    private bool TryNext(out long due, out Action arrive)
    {
        lock (_frames)
        {
            (due, arrive) = (0, null!);
            _pumping = _frames.Count > 0 && !broken.IsCancellationRequested;
            if (_pumping && !network.Carries(from.Self.Address, to.Self.Address))
            {
                _pumping = false;
                _silence ??= network.Time.CreateTimer(static state => ((Action)state!)(), silent, network.SilenceTimeout, Timeout.InfiniteTimeSpan);
            }

            if (_pumping)
            {
                _silence?.Dispose();
                _silence = null;
                (due, arrive) = _frames.Peek();
            }

            return _pumping;
        }
    }
}
