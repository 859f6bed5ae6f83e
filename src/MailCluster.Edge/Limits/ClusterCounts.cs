using System.Collections.Concurrent;
using MailCluster.Auth.Abuse;

namespace MailCluster.Edge;

/// <summary>What the nodes of a cluster tell each other of their counts, and what this one has heard.</summary>
/// <remarks>
/// <para>A count that changed is told with the next beat (one second), near its limit at once; each notable one again every <see cref="RetellInterval"/>, so that news
/// that was lost is made good and a node that joins learns what there is. What is told is the count itself, not the change: hearing it twice does no harm.</para>
/// <para>A count stops counting when its node is dead for the cluster, which all nodes find out within a lease, or has not repeated it for
/// <see cref="ForgetAfter"/>, as one that is cut off. Nodes of earlier releases neither tell nor understand this; they and their connections are left out
/// of the sums, and each goes on with its own limits.</para>
/// </remarks>
internal sealed class ClusterCounts
{
    public static readonly TimeSpan RetellInterval = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(35);

    /// <summary>Keys that are remembered of one node: more than it can have connections is not believed.</summary>
    private const int KeysMax = 1 << 18;

    private readonly LimitedCount[] _counts;
    private readonly ConnectionHeartbeat _heartbeat;
    private readonly INeighbours _neighbours;
    private readonly ConcurrentDictionary<ulong, LimitedCount> _changed = new();
    private readonly Lock _telling = new();
    private readonly HashSet<ulong> _told = [];
    private readonly Lock _hearing = new();
    private readonly Dictionary<long, Dictionary<ulong, Held>> _heard = [];
    private long _retellAt;

    public ClusterCounts(LimitedCount[] counts, ConnectionHeartbeat heartbeat, INeighbours neighbours)
    {
        _counts = counts;
        _heartbeat = heartbeat;
        _neighbours = neighbours;
        neighbours.Told += OnTold;
        heartbeat.Attach(Beat);
    }

    /// <summary>What the other nodes have under that key, as far as is known.</summary>
    public int Elsewhere(ulong key)
    {
        lock (_hearing)
        {
            var sum = 0;
            foreach (var (_, held) in _heard)
                sum += held.GetValueOrDefault(key).Count;
            return sum;
        }
    }

    /// <summary>A count of this node's changed.</summary>
    /// <param name="count">Which one.</param>
    /// <param name="key">Of what.</param>
    /// <param name="high">The greater of the values before and after.</param>
    public void Changed(LimitedCount count, ulong key, int high)
    {
        if (_neighbours.Self == 0 || high < count.Notable)
            return;
        _changed[key] = count;
        if (high >= count.Urgent)
            Tell();
    }

    private void Beat(long now)
    {
        if (_neighbours.Self == 0)
            return;
        Forget(now);
        if (now >= _retellAt)
        {
            _retellAt = now + (long)RetellInterval.TotalMilliseconds;
            foreach (var count in _counts)
            {
                foreach (var (key, _) in count.Notables)
                    _changed[key] = count;
            }
        }

        Tell();
    }

    private void Tell()
    {
        // One at a time, so that the newest count is the one that is told last.
        lock (_telling)
        {
            var news = new HeldNews(_neighbours.Self);
            foreach (var (key, count) in _changed)
            {
                _changed.TryRemove(key, out _);
                var here = count[key];
                if (here >= count.Notable)
                    _told.Add(key);
                else if (_told.Remove(key))
                    here = 0;
                else
                    continue;
                news.Add(key, here);
                if (news.IsFull)
                    Send();
            }

            Send();

            void Send()
            {
                if (news.ToBytes() is { } bytes)
                    _neighbours.Tell(bytes);
            }
        }
    }

    private void OnTold(ReadOnlyMemory<byte> bytes)
    {
        if (!HeldNews.TryReadNode(bytes.Span, out var node) || node == _neighbours.Self)
            return;
        lock (_hearing)
        {
            if (!_heard.TryGetValue(node, out var held))
                _heard.Add(node, held = []);
            foreach (var (key, count) in HeldNews.Items(bytes))
            {
                if (count <= 0)
                    held.Remove(key);
                else if (held.Count < KeysMax || held.ContainsKey(key))
                    held[key] = new Held(count, _heartbeat.Now);
            }
        }
    }

    private void Forget(long now)
    {
        lock (_hearing)
        {
            foreach (var (node, held) in _heard)
            {
                foreach (var (key, last) in held)
                {
                    if (now - last.HeardAt >= ForgetAfter.TotalMilliseconds)
                        held.Remove(key);
                }

                if (held.Count == 0 || !_neighbours.IsThere(node))
                    _heard.Remove(node);
            }
        }
    }

    private readonly record struct Held(int Count, long HeardAt);
}
