using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Cluster.Peers.InMemory;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using MailCluster.Testing.Simulation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace MailCluster.Cluster.Tests;

/// <summary>Nodes of one cluster in a simulation: the real code, on a clock, a network, a store and a journal that a test spoils.</summary>
internal sealed class TestCluster
{
    private readonly Dictionary<Generation, WriterGeneration> _writers = [];

    private readonly ITestOutputHelper? _output;

    internal TestCluster(int shards = 12, ClusterNodeOptions? options = null, ITestOutputHelper? output = null)
    {
        Shards = shards;
        Options = options ?? new ClusterNodeOptions();
        _output = output;
        Tables = new InMemoryClusterTables(Loop.Time, shards, Fence);
        Network = new InMemoryPeerNetwork(Loop.Time, Loop.Queue) { Latency = TimeSpan.FromMilliseconds(1) };
        Journal = new InMemoryJournal(Writers);
        Snapshots = new InMemorySnapshotStore(Writers);
    }

    internal SimulationLoop Loop { get; } = new();

    internal int Shards { get; }

    internal ClusterNodeOptions Options { get; }

    internal ILoggerFactory Loggers => NullLoggerFactory.Instance;

    internal InMemoryClusterTables Tables { get; }

    internal InMemoryPeerNetwork Network { get; }

    internal InMemoryWriterRegistry Writers { get; } = new();

    internal InMemoryJournal Journal { get; }

    internal InMemorySnapshotStore Snapshots { get; }

    internal List<TestNode> Nodes { get; } = [];

    internal TimeSpan Now => Loop.Time.GetElapsedTime(0);

    internal ClusterMap Map => Tables.Read();

    internal void Run(Func<Task> test)
    {
        Loop.Run(test, TimeSpan.FromMinutes(10));
        Assert.Equal(0, Loop.ForeignPosts);
    }

    internal async Task<TestNode> StartAsync(
        string name,
        NodeRoles roles = NodeRoles.Edge | NodeRoles.Mailbox,
        ShardRegionOptions? region = null,
        int level = FeatureLevel.Newest,
        int levelMin = FeatureLevel.Oldest)
    {
        var node = new TestNode(this, name, roles, region ?? new ShardRegionOptions()) { Level = level, LevelMin = levelMin };
        await node.StartAsync();
        Nodes.Add(node);
        return node;
    }

    /// <summary>Starts so many and waits until each has its share.</summary>
    internal async Task<TestNode[]> StartAsync(int nodes)
    {
        var started = new TestNode[nodes];
        for (var i = 0; i < nodes; i++)
        {
            started[i] = await StartAsync($"n{i + 1}");
        }

        await UntilBalancedAsync(started);
        return started;
    }

    internal Task UntilBalancedAsync(params TestNode[] nodes) => UntilAsync(
        () => nodes.All(node => Math.Abs(node.OwnedByMap - (Shards / nodes.Length)) <= 1)
            && nodes.Sum(node => node.OwnedByMap) == Shards
            && nodes.All(node => node.Node.Membership.Map.Version == Map.Version),
        TimeSpan.FromSeconds(60));

    /// <summary>Awaits what is to come about, looking every 5 ms of the simulated clock.</summary>
    internal async Task UntilAsync(Func<bool> condition, TimeSpan limit)
    {
        var end = Now + limit;
        while (!condition())
        {
            Assert.True(Now < end, $"It did not come about within {limit}.");
            await PassAsync(TimeSpan.FromMilliseconds(5));
        }
    }

    internal Task PassAsync(TimeSpan time) => Task.Delay(time, Loop.Time);

    /// <summary>An entity whose shard is with that node.</summary>
    internal EntityId EntityAt(TestNode node, int which = 0) => EntityIn(shard => Map.Owners[shard.Value] == node.Generation, which);

    internal EntityId EntityIn(Func<ShardId, bool> shard, int which = 0)
    {
        for (var i = 0; ; i++)
        {
            var entity = new EntityId($"e{i}@example.com");
            if (shard(ShardHash.ShardOf(entity, Shards)) && which-- == 0)
            {
                return entity;
            }
        }
    }

    internal async Task<WriterGeneration> RegisterAsync(string name, Generation generation)
    {
        var writer = await Writers.RegisterAsync(name, default);
        _writers[generation] = writer;
        return writer;
    }

    /// <summary>What the journal holds of an entity, read beside the cluster.</summary>
    internal async Task<IReadOnlyList<Append>> ReadAsync(EntityId entity)
    {
        using var system = new ActorSystem(Loop.Time, NullLoggerFactory.Instance, turn => Loop.Queue(turn.Execute));
        using var context = new PersistenceContext(
            system, Journal, Snapshots, new WriterGeneration(long.MaxValue), new PersistenceOptions(), Loop.Time, NullLoggerFactory.Instance, _ => { });
        var all = await new TallyEntity(context, entity).AskAsync<All>(new ReadAll(), Timeout.InfiniteTimeSpan, default);
        return all.Items;
    }

    /// <summary>What the nodes say of their cluster, with the simulated time, for a test that gave its output.</summary>
    internal ILoggerFactory LoggersOf(string node) => _output is null ? Loggers : new LoggerFactory([new OutputLogger(this, node)]);

    private void Fence(Generation dead)
    {
        if (_writers.TryGetValue(dead, out var writer))
        {
            Assert.True(Writers.FenceAsync(writer, default).AsTask().IsCompletedSuccessfully);
        }
    }

    private sealed class OutputLogger(TestCluster cluster, string node) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            cluster._output!.WriteLine($"{cluster.Now.TotalSeconds:0.000} {node} {formatter(state, exception)}{(exception is null ? "" : $" ({exception.Message})")}");

        public void Dispose()
        {
        }
    }
}
