using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Cluster.Peers.InMemory;
using MailCluster.Mailboxes;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using MailCluster.Simulation.Tests.Checks;
using MailCluster.Simulation.Tests.Defects;
using MailCluster.Simulation.Tests.Stores;
using MailCluster.Testing.Simulation;
using Microsoft.Extensions.Logging;

namespace MailCluster.Simulation.Tests;

/// <summary>Everything of one run: the clock, the network, the database, the nodes, the sessions, and what must be true of them.</summary>
internal sealed partial class World
{
    /// <summary>A run takes some tens of thousands of steps; more than this goes round in circles.</summary>
    private const long StepsMax = 3_000_000;

    private readonly Dictionary<Generation, WriterGeneration> _writers = [];
    private readonly List<SimulatedNode> _runs = [];

    internal World(int seed, Defect defect, bool traced)
    {
        Random = new Random(seed);
        Defect = defect;
        Scenario = Scenario.Of(seed, Random);
        Trace = new Trace(this, traced);
        Tables = new InMemoryClusterTables(Loop.Time, Scenario.Shards, Bury);
        Network = new InMemoryPeerNetwork(Loop.Time, Loop.Queue);
        Database = new SimulatedDatabase(Loop, Random) { WayMilliseconds = (0.1, Random.Next(1, 8)) };
        Journal = new InMemoryJournal(Writers);
        Snapshots = new InMemorySnapshotStore(Writers);
        Oracle = new Oracle(this);
        AccountIds = [.. Enumerable.Range(0, Scenario.Accounts).Select(number => AccountId.Create($"u{number}@example.com"))];
        Nodes = new SimulatedNode[Scenario.Nodes];
    }

    internal Scenario Scenario { get; }

    internal Defect Defect { get; }

    internal Random Random { get; }

    internal Trace Trace { get; }

    internal Oracle Oracle { get; }

    internal SimulationLoop Loop { get; } = new() { StepsMax = StepsMax };

    internal InMemoryClusterTables Tables { get; }

    internal InMemoryPeerNetwork Network { get; }

    internal SimulatedDatabase Database { get; }

    internal InMemoryWriterRegistry Writers { get; } = new();

    internal InMemoryJournal Journal { get; }

    internal InMemorySnapshotStore Snapshots { get; }

    internal AccountId[] AccountIds { get; }

    /// <summary>The newest run of each node; its process may have ended.</summary>
    internal SimulatedNode[] Nodes { get; }

    /// <summary>Sessions finish what they are at.</summary>
    internal bool IsEnding { get; set; }

    internal TimeSpan Now => Loop.Time.GetElapsedTime(0);

    internal ClusterMap Map => Tables.Read();

    internal Task PassAsync(TimeSpan time) => Task.Delay(time, Loop.Time);

    internal Guid NewGuid()
    {
        Span<byte> id = stackalloc byte[16];
        Random.NextBytes(id);
        return new Guid(id);
    }

    internal ILoggerFactory LoggersOf(string node) => Trace.LoggersOf(node);

    /// <summary>In the step that makes a generation: from now on the journal takes its writes.</summary>
    internal async ValueTask RegisterAsync(string node, Generation generation)
    {
        // Without the fence an earlier run is not to be fenced by its name, either.
        var name = Defect == Defect.NoFence ? $"{node}#{generation}" : node;
        _writers[generation] = await Writers.RegisterAsync(name, CancellationToken.None);
    }

    internal WriterGeneration WriterOf(Generation generation) => _writers[generation];

    internal Generation GenerationOf(WriterGeneration writer) => _writers.First(pair => pair.Value == writer).Key;

    internal void Landed(JournalWrite write, CallFate fate) => Oracle.Landed(write, GenerationOf(write.Writer), fate.IsGivenUp);

    /// <summary>Starts a new run of a node. Returns at once.</summary>
    internal SimulatedNode StartNode(int number)
    {
        // In every other run a rolling upgrade goes on through all the faults: whoever is started again is of the next release.
        var isFirst = _runs.TrueForAll(run => run.Name != $"n{number}");
        var node = new SimulatedNode(this, $"n{number}", Scenario.IsUpgraded && isFirst ? FeatureLevel.Oldest : FeatureLevel.Newest);
        _runs.Add(node);
        Nodes[number] = node;
        Trace.Write($"n{number} starts");
        _ = StartAsync(number, node);
        return node;
    }

    /// <summary>After the run.</summary>
    internal void Release() => _runs.ForEach(run => run.Release());

    private async Task StartAsync(int number, SimulatedNode node)
    {
        try
        {
            await node.StartAsync();
        }
        catch (ClusterLevelException refused)
        {
            Trace.Write($"{node.Name} is not let in: {refused.Message}");
            node.Kill();
            StartNode(number);
            return;
        }

        Trace.Write($"{node.Name} serves as generation {node.Generation}");
        StartSessions(node);
    }

    private void Bury(Generation dead)
    {
        Trace.Write($"generation {dead} is declared dead");
        Oracle.Buried(dead);
        if (Defect != Defect.NoFence && _writers.TryGetValue(dead, out var writer) && !Writers.FenceAsync(writer, CancellationToken.None).AsTask().IsCompleted)
        {
            throw new InvalidOperationException("The fence of the journal in memory takes no time.");
        }
    }
}
