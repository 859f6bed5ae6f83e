using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Cluster.Peers.InMemory;
using MailCluster.Persistence;
using MailCluster.Testing.Simulation;

namespace MailCluster.Cluster.Tests;

/// <summary>One process of a <see cref="TestCluster"/>.</summary>
internal sealed class TestNode(TestCluster cluster, string name, NodeRoles roles, ShardRegionOptions options)
{
    private PersistenceContext? _context;

    internal string Name => name;

    internal string Address => $"{name}:2424";

    internal SimulatedProcess Process { get; } = new(cluster.Loop);

    internal int Level { get; init; } = FeatureLevel.Newest;

    internal int LevelMin { get; init; } = FeatureLevel.Oldest;

    internal InMemoryClusterStore Store { get; } = new(cluster.Tables);

    internal ClusterNode Node { get; private set; } = null!;

    internal ShardRegion Region { get; private set; } = null!;

    internal InMemoryPeerTransport Transport { get; private set; } = null!;

    internal Generation Generation { get; private set; }

    internal TallyPublisher Publisher { get; } = new();

    /// <summary>Why this run is over; null while it goes on.</summary>
    internal string? Superseded { get; private set; }

    /// <summary>Shards that the store gives to this run.</summary>
    internal int OwnedByMap => cluster.Map.Owners.Count(owner => owner == Generation);

    internal Task StartAsync() => Process.RunAsync(async () =>
    {
        Node = new ClusterNode(Store, cluster.Shards, cluster.Options, Process.Time, cluster.LoggersOf(name), reason => Superseded = reason, new Random(1));
        var self = new MemberRegistration(name, Address, roles, "test") { Level = Level, LevelMin = LevelMin };
        Generation = await Node.JoinAsync(self, default);
        Transport = cluster.Network.Open(
            new Member(name, Generation, Address, roles, "test", MemberStatus.Active, TimeSpan.Zero) { Level = Level }, Node, Process.Queue);
        var writer = await cluster.RegisterAsync(name, Generation);
        var system = new ActorSystem(Process.Time, cluster.Loggers, Process.Queue);
        _context = new PersistenceContext(
            system, cluster.Journal, cluster.Snapshots, writer, new PersistenceOptions(), Process.Time, cluster.Loggers, _ => Node.Fenced());
        Region = new ShardRegion(system, cluster.Shards, Node.Allocation, options, id => new TallyEntity(_context, id), cluster.Loggers);
        Node.Serve(Region, Transport, new TallyCodec(), Publisher);
    });

    /// <summary>A session on this node asks.</summary>
    internal Task<T> AskAsync<T>(EntityId entity, object message, TimeSpan? timeout = null) =>
        Process.RunAsync(async () => await Region.AskAsync<T>(entity, message, timeout ?? TimeSpan.FromSeconds(30), default));

    /// <summary>SIGKILL.</summary>
    internal void Kill()
    {
        Process.Kill();
        cluster.Network.Crash(Address);
    }

    /// <summary>SIGTERM: hands over everything and ends.</summary>
    internal async Task LeaveAsync()
    {
        await Process.RunAsync(async () =>
        {
            await Node.LeaveAsync(default);
            await Region.StopAsync(default);
            await Node.DisposeAsync();
        });
        Kill();
    }
}

/// <summary>Publishes what a test says, after what the subscriber asked for.</summary>
internal sealed class TallyPublisher : IEntityPublisher
{
    private readonly List<System.Threading.Channels.Channel<ReadOnlyMemory<byte>>> _open = [];

    internal int Open => _open.Count;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> PublishAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = System.Threading.Channels.Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
        _open.Add(items);
        try
        {
            yield return subscription;
            while (await items.Reader.WaitToReadAsync(cancellationToken))
            {
                while (items.Reader.TryRead(out var item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            _open.Remove(items);
        }
    }

    internal void Publish(params byte[] item) => _open.ForEach(items => items.Writer.TryWrite(item));
}
