using MailCluster.Cluster;
using MailCluster.Persistence;
using MailCluster.Simulation.Tests.Faults;

namespace MailCluster.Simulation.Tests;

/// <summary>What a seed makes of a run: how large the cluster is, how it is configured, what goes wrong in it.</summary>
internal sealed record Scenario
{
    internal required int Seed { get; init; }

    internal required int Nodes { get; init; }

    internal required int Shards { get; init; }

    internal required int Accounts { get; init; }

    /// <summary>Sessions of each account on each node.</summary>
    internal required int SessionsPerNode { get; init; }

    /// <summary>The longest that a session waits before its next command, in milliseconds.</summary>
    internal required int ThinkMax { get; init; }

    /// <summary>How long things go wrong; then they are put right, and all is to be well again.</summary>
    internal required TimeSpan Faulty { get; init; }

    /// <summary>The longest time between two faults, in milliseconds.</summary>
    internal required int FaultPauseMax { get; init; }

    /// <summary>The kinds of faults that this run has: not all at once, so that each mix is met.</summary>
    internal required FaultKind[] Kinds { get; init; }

    /// <summary>The first run of each node is of the release before.</summary>
    internal bool IsUpgraded => Seed % 2 == 1;

    internal required ClusterNodeOptions Cluster { get; init; }

    internal required ShardRegionOptions Region { get; init; }

    internal required PersistenceOptions Persistence { get; init; }

    internal static Scenario Of(int seed, Random random)
    {
        var kinds = Enum.GetValues<FaultKind>();
        random.Shuffle(kinds);
        return new Scenario
        {
            Seed = seed,
            Nodes = random.Next(2, 5),
            Shards = random.Next(2, 9),
            Accounts = random.Next(1, 4),
            SessionsPerNode = random.Next(1, 3),
            ThinkMax = random.Next(500, 4000),
            Faulty = TimeSpan.FromSeconds(random.Next(6, 26)),
            FaultPauseMax = random.Next(300, 5000),
            Kinds = kinds[..random.Next(1, Math.Min(7, kinds.Length + 1))],
            Cluster = new ClusterNodeOptions
            {
                Lease = TimeSpan.FromSeconds(random.Next(3, 11)),
                HandOversAtOnce = random.Next(1, 3),
            },
            Region = new ShardRegionOptions { IdleTimeout = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 120_000 : random.Next(20, 2000)) },
            Persistence = new PersistenceOptions
            {
                SnapshotAfterEvents = random.Next(3, 40),
                SnapshotOnStopAfterEvents = random.Next(0, 10),
                HistoryRetention = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromDays(7),
                HoldMax = TimeSpan.FromSeconds(30),
                BatchMax = random.Next(1, 20),
            },
        };
    }

    public override string ToString() =>
        $"{Nodes} nodes, {Shards} shards, {Accounts} accounts, {SessionsPerNode} sessions each, lease {Cluster.Lease.TotalSeconds} s, "
        + $"{Faulty.TotalSeconds} s of {string.Join(", ", Kinds)}{(IsUpgraded ? ", upgraded" : "")}";
}
