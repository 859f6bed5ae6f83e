using System.Net;
using MailCluster.Auth.Abuse;
using MailCluster.Mailboxes;
using MailCluster.Testing;

namespace MailCluster.Edge.Tests;

/// <summary>What nodes count of connections, over news that arrives before <c>Tell</c> returns, or not at all.</summary>
internal sealed class CountingCluster : IDisposable
{
    private readonly Node[] _nodes;

    public CountingCluster(EdgeLimits limits, int nodes = 2)
    {
        _nodes = [.. Enumerable.Range(1, nodes).Select(run => new Node(this, run, limits))];
    }

    public ManualTimeProvider Time { get; } = new();

    public Node this[int index] => _nodes[index];

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
    }

    /// <summary>Once a second each node tells what changed.</summary>
    public void Beat(int times = 1)
    {
        for (var beat = 0; beat < times; beat++)
            Time.Advance(ConnectionHeartbeat.Interval);
    }

    internal sealed class Node : INeighbours, IDisposable
    {
        private readonly CountingCluster _cluster;
        private readonly ConnectionHeartbeat _heartbeat;
        private readonly ConnectionCounts _counts;

        public Node(CountingCluster cluster, long run, EdgeLimits limits)
        {
            _cluster = cluster;
            Self = run;
            _heartbeat = new ConnectionHeartbeat(cluster.Time);
            _counts = new ConnectionCounts(limits, _heartbeat, this);
        }

        public event Action<ReadOnlyMemory<byte>>? Told;

        public long Self { get; }

        /// <summary>Nothing goes out or comes in.</summary>
        public bool IsCut { get; set; }

        /// <summary>The others have found out that it is over.</summary>
        public bool IsDead { get; set; }

        public List<ReadOnlyMemory<byte>> Sent { get; } = [];

        public bool IsThere(long run) => !_cluster._nodes[run - 1].IsDead;

        public void Tell(ReadOnlyMemory<byte> news)
        {
            Sent.Add(news);
            if (IsCut) return;
            foreach (var other in _cluster._nodes)
            {
                if (other != this && !other.IsCut) other.Hear(news);
            }
        }

        public void Hear(ReadOnlyMemory<byte> news) => Told?.Invoke(news);

        public bool LogIn(string account, string address = "192.0.2.1", string protocol = "imap") =>
            _counts.TryEnterAccount(protocol, AccountId.Create(account), NetworkOf(address));

        public void LogOut(string account, string address = "192.0.2.1", string protocol = "imap") =>
            _counts.LeaveAccount(protocol, AccountId.Create(account), NetworkOf(address));

        public bool Connect(string address) => _counts.TryEnterAddress(NetworkOf(address));

        public void Disconnect(string address) => _counts.LeaveAddress(NetworkOf(address));

        public void Dispose() => _heartbeat.Dispose();

        private static ClientNetwork NetworkOf(string address) => ClientNetwork.Of(IPAddress.Parse(address), 64);
    }
}
