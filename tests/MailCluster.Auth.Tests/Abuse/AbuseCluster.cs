using MailCluster.Auth.Abuse;
using MailCluster.Auth.Penalty;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Auth.Tests.Abuse;

/// <summary>What nodes know of abuse, with one store and each other; news arrives before <c>Tell</c> returns, or not at all while <see cref="IsCut"/>.</summary>
internal sealed class AbuseCluster : IDisposable
{
    public AbuseCluster(AbuseOptions options, int nodes = 2)
    {
        Nodes = [.. Enumerable.Range(0, nodes).Select(_ => new Node(this, options))];
    }

    public InMemoryBanStore Store { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public IReadOnlyList<Node> Nodes { get; }

    public bool IsCut { get; set; }

    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Dispose();
    }

    internal sealed class Node : INeighbours, IDisposable
    {
        private readonly AbuseCluster _cluster;

        public Node(AbuseCluster cluster, AbuseOptions options)
        {
            _cluster = cluster;
            Bans = new BanList(options, cluster.Store, this, cluster.Time, NullLogger<BanList>.Instance);
            Failures = new FailureLedger(options, Bans, this, cluster.Time, NullLogger<FailureLedger>.Instance);
            Penalty = new FailurePenalty(new AuthOptions { Abuse = options }, cluster.Time, this);
        }

        public event Action<ReadOnlyMemory<byte>>? Told;

        public BanList Bans { get; }

        public FailureLedger Failures { get; }

        public FailurePenalty Penalty { get; }

        public void Tell(ReadOnlyMemory<byte> news)
        {
            if (_cluster.IsCut) return;
            foreach (var other in _cluster.Nodes.Where(node => node != this))
                other.Told?.Invoke(news);
        }

        public long Self => 1 + _cluster.Nodes.ToList().IndexOf(this);

        public bool IsThere(long run) => run > 0 && run <= _cluster.Nodes.Count;

        public void Dispose()
        {
            Penalty.Dispose();
            Failures.Dispose();
            Bans.Dispose();
        }
    }
}
