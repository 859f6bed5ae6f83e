using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Peers.InMemory;

/// <summary>
/// A network of nodes in one process, with what goes wrong in one: processes that end, connections that break, paths that carry nothing in one or both
/// directions, paths that take their time. A path behaves as TCP does: what it carries is held up and comes in order, or the connection breaks.
/// </summary>
/// <remarks>
/// Nothing is handed over on the caller's stack: frames go through <paramref name="queue"/>, and wait by <paramref name="time"/>. With a clock and a
/// queue that a test drives, a run is the same each time.
/// </remarks>
/// <param name="time">Latencies and silences are counted on it.</param>
/// <param name="queue">Runs an action soon; the thread pool when null.</param>
public sealed class InMemoryPeerNetwork(TimeProvider time, Action<Action>? queue = null)
{
    private readonly Lock _guard = new();
    private readonly Dictionary<string, InMemoryPeerTransport> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), InMemoryPeerConnection> _connections = [];
    private readonly HashSet<(string From, string To)> _cut = [];
    private readonly HashSet<(string From, string To)> _refused = [];
    private readonly HashSet<string> _vanished = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), TimeSpan> _latencies = [];

    /// <summary>A connection that could carry nothing for so long breaks; one that cannot be made fails after it. Five seconds.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Of every path that <see cref="SetLatency"/> has not set. Zero.</summary>
    public TimeSpan Latency { get; set; }

    internal TimeProvider Time { get; } = time;

    /// <summary>Starts a process at the member's address: it can be reached from now on, until <see cref="Crash"/>.</summary>
    /// <param name="self">Who it is.</param>
    /// <param name="handler">What answers there.</param>
    /// <param name="process">Runs an action soon, in order, in that process; null to run what arrives at once.</param>
    public InMemoryPeerTransport Open(Member self, IPeerHandler handler, Action<Action>? process = null)
    {
        var transport = new InMemoryPeerTransport(this, self, handler, process);
        lock (_guard)
        {
            _open[self.Address] = transport;
            _vanished.Remove(self.Address);
        }

        return transport;
    }

    /// <summary>The process at the address ends: its connections are reset, and nothing listens there.</summary>
    public void Crash(string address)
    {
        lock (_guard)
        {
            _open.Remove(address);
        }

        BreakAll(key => key.From == address || key.To == address);
    }

    /// <summary>As <see cref="Crash"/>, and the address goes with the process, as a container's does: whoever connects to it gets no answer.</summary>
    public void Vanish(string address)
    {
        lock (_guard)
        {
            _vanished.Add(address);
        }

        Crash(address);
    }

    /// <summary>From now on nothing that <paramref name="from"/> sends arrives at <paramref name="to"/>. Addresses; one direction.</summary>
    public void Cut(string from, string to)
    {
        lock (_guard)
        {
            _cut.Add((from, to));
        }
    }

    /// <summary>Cuts both directions.</summary>
    public void CutBoth(string one, string other)
    {
        Cut(one, other);
        Cut(other, one);
    }

    /// <summary>
    /// From now on <paramref name="from"/> cannot connect to <paramref name="to"/>: it is refused, as by a firewall, though the process is there. The
    /// connection that is there is reset.
    /// </summary>
    public void Refuse(string from, string to)
    {
        lock (_guard)
        {
            _refused.Add((from, to));
        }

        BreakAll(key => key == (from, to));
    }

    /// <summary>All paths carry again, and what was held up goes on.</summary>
    public void Heal()
    {
        InMemoryPeerConnection[] connections;
        lock (_guard)
        {
            _cut.Clear();
            _refused.Clear();
            connections = [.. _connections.Values];
        }

        foreach (var connection in connections)
        {
            connection.Resume();
        }
    }

    /// <summary>Resets the connections between two addresses, once.</summary>
    public void Break(string one, string other) => BreakAll(key => key == (one, other) || key == (other, one));

    /// <summary>How long a frame takes on that path.</summary>
    public void SetLatency(string from, string to, TimeSpan latency)
    {
        lock (_guard)
        {
            _latencies[(from, to)] = latency;
        }
    }

    internal void Queue(Action action)
    {
        if (queue is not null)
        {
            queue(action);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static run => run(), action, preferLocal: false);
        }
    }

    internal bool Carries(string from, string to)
    {
        lock (_guard)
        {
            return !_cut.Contains((from, to));
        }
    }

    internal TimeSpan LatencyOf(string from, string to)
    {
        lock (_guard)
        {
            return _latencies.TryGetValue((from, to), out var latency) ? latency : Latency;
        }
    }

    /// <summary>The connection that is there or can be made, with null for why not.</summary>
    internal (InMemoryPeerConnection? Connection, PeerFailure Failure) Connect(InMemoryPeerTransport from, Member to)
    {
        lock (_guard)
        {
            var key = (from.Self.Address, to.Address);
            if (_connections.TryGetValue(key, out var connection) && connection.To.Self.Generation == to.Generation)
            {
                return (connection, default);
            }

            if (_vanished.Contains(to.Address) || _cut.Contains(key) || _cut.Contains((to.Address, from.Self.Address)))
            {
                return (null, PeerFailure.Silent);
            }

            if (_refused.Contains(key) || !_open.TryGetValue(to.Address, out var transport) || transport.Self.Generation != to.Generation || !IsOpen(from))
            {
                return (null, PeerFailure.ProcessGone);
            }

            connection = new InMemoryPeerConnection(this, from, transport, to);
            _connections[key] = connection;
            return (connection, default);
        }
    }

    internal void Forget(InMemoryPeerConnection connection)
    {
        lock (_guard)
        {
            var key = (connection.From.Self.Address, connection.To.Self.Address);
            if (_connections.GetValueOrDefault(key) == connection)
            {
                _connections.Remove(key);
            }
        }
    }

    private bool IsOpen(InMemoryPeerTransport transport) => _open.GetValueOrDefault(transport.Self.Address) == transport;

    private void BreakAll(Func<(string From, string To), bool> which)
    {
        InMemoryPeerConnection[] broken;
        lock (_guard)
        {
            broken = [.. _connections.Where(pair => which(pair.Key)).Select(pair => pair.Value)];
        }

        foreach (var connection in broken)
        {
            connection.Break(PeerFailure.ProcessGone);
        }
    }
}
