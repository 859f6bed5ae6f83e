using MailCluster.Actors;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Wire;
using MailCluster.Persistence;
using MailCluster.Simulation.Tests.Defects;
using MailCluster.Simulation.Tests.Stores;
using MailCluster.Testing.Simulation;

namespace MailCluster.Simulation.Tests;

/// <summary>One run of a node: a process with the real code in it, wired as the program wires it.</summary>
internal sealed class SimulatedNode
{
    private readonly World _world;
    private readonly ActorSystem _system;
    private readonly FolderFeedTable _feeds = new();
    private readonly Random _random;
    private PersistenceContext? _persistence;
    private FolderReplicas? _replicas;

    /// <param name="world">Where it is.</param>
    /// <param name="name">The node's.</param>
    /// <param name="level">Up to which feature level this run speaks.</param>
    internal SimulatedNode(World world, string name, int level)
    {
        _world = world;
        _random = new Random(world.Random.Next());
        Name = name;
        Level = level;
        Process = new SimulatedProcess(world.Loop)
        {
            // Up to 3 % off: far worse than a real clock, and less than the lease's margin allows for.
            Rate = 1 + ((_random.NextDouble() - 0.5) * 0.06),
            WallOffset = TimeSpan.FromSeconds(_random.Next(-30, 30)),
        };
        Database = new DatabaseLink(world.Database, Process);
        _system = new ActorSystem(Process.Time, world.LoggersOf(name), Process.Queue);
        Node = new ClusterNode(
            new ClusterStoreClient(Database, new InMemoryClusterStore(world.Tables), world.RegisterAsync, world.Defect == Defect.ClaimsNothing),
            world.Scenario.Shards,
            world.Scenario.Cluster,
            Process.Time,
            world.LoggersOf(name),
            _ => IsSuperseded = true,
            _random);
    }

    internal string Name { get; }

    internal int Level { get; }

    internal string Address => Name + ":2424";

    internal SimulatedProcess Process { get; }

    internal DatabaseLink Database { get; }

    internal ClusterNode Node { get; }

    internal ShardRegion? Region { get; private set; }

    internal IMailboxClient? Client { get; private set; }

    internal Generation Generation { get; private set; }

    /// <summary>It has its region and a way to it.</summary>
    internal bool IsServing => Client is not null && !Process.IsKilled && !IsSuperseded;

    /// <summary>This run is over; its process is about to end.</summary>
    internal bool IsSuperseded { get; private set; }

    /// <summary>It was drained: only a new run takes shards again.</summary>
    internal bool IsDrained { get; set; }

    /// <summary>Completes when it serves; never if it dies before.</summary>
    internal Task StartAsync() => Process.RunAsync(async () =>
    {
        var self = new MemberRegistration(Name, Address, NodeRoles.Edge | NodeRoles.Mailbox, "test") { Level = Level };
        Generation = await Node.JoinAsync(self, CancellationToken.None);
        var peers = _world.Network.Open(
            new Member(Name, Generation, Address, self.Roles, self.Version, MemberStatus.Active, TimeSpan.Zero) { Level = Level }, Node, Process.Queue);
        var loggers = _world.LoggersOf(Name);
        var options = new MailboxOptions();
        _persistence = new PersistenceContext(
            _system,
            new JournalClient(Database, _world.Journal, _world.Landed, _world.Defect == Defect.LosesWrites ? () => _random.Next(50) == 0 : null),
            new SnapshotClient(Database, _world.Snapshots, ahead: _world.Defect == Defect.SnapshotsSkipWrites ? 1 : 0),
            _world.WriterOf(Generation),
            _world.Scenario.Persistence,
            Process.Time,
            loggers,
            _ => Node.Fenced());
        var services = new MailboxServices(_persistence, new InMemoryBodyStore(), _feeds, options, Process.Time) { NewId = _world.NewGuid, Level = Node.Membership };
        var real = MailboxClient.CreateRegion(services, _world.Scenario.Shards, Node.Allocation, _world.Scenario.Region, loggers);
        IEntityCodec codec = new MailboxCodec();
        IMailboxRegion region = new MailboxRegion(real);
        if (_world.Defect is Defect.NoDeduplication or Defect.NoOrder)
        {
            codec = _world.Defect == Defect.NoDeduplication ? new DefectiveCodec(codec, _random) : codec;
            region = new DefectiveRegion(region, _world.Defect, Process, _random);
        }

        IEntityPublisher publisher = new MailboxPublisher(region, _feeds, options);
        _replicas = new FolderReplicas(region, _feeds, options, Process.Time, loggers);
        Node.Serve(real, peers, codec, publisher);
        Region = real;
        Client = new MailboxClient(region, _feeds, _replicas, options, Process.Time, Node.Membership);
        if (_world.Defect == Defect.ServesPastLease)
        {
            _ = ServeForEverAsync();
        }
        else if (_world.Defect == Defect.InventsVersions)
        {
            _ = InventVersionsAsync();
        }
    });

    /// <summary>SIGKILL.</summary>
    internal void Kill()
    {
        Process.Kill();
        _world.Network.Crash(Address);
    }

    /// <summary>SIGTERM: hands over everything and ends. Cut short, as a supervisor does, after <paramref name="patience"/>.</summary>
    internal async Task LeaveAsync(TimeSpan patience)
    {
        var left = Process.RunAsync(async () =>
        {
            using var late = new CancellationTokenSource(patience, Process.Time);
            try
            {
                await Node.LeaveAsync(late.Token);
                await Region!.StopAsync(CancellationToken.None);
                _replicas!.Dispose();
                await Node.DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // Taking too long: killed.
            }
        });
        var end = _world.Now + (patience * 2);
        while (!left.IsCompleted && !Process.IsKilled && _world.Now < end)
        {
            await _world.PassAsync(TimeSpan.FromMilliseconds(20));
        }

        if (left.IsFaulted)
        {
            await left;
        }

        Kill();
    }

    /// <summary>After the run: what the framework keeps hold of.</summary>
    internal void Release()
    {
        Node.Metrics.Dispose();
        Region?.Metrics.Dispose();
        _persistence?.Dispose();
        _system.Dispose();
    }

    private async Task InventVersionsAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, 5000)), Process.Time);
            foreach (var feed in _feeds.All())
            {
                feed.Publish(feed.Current.WithHighestModSeq(feed.Current.HighestModSeq.Next));
            }
        }
    }

    private async Task ServeForEverAsync()
    {
        while (true)
        {
            Region!.SetServesUntil(long.MaxValue);
            await Task.Delay(TimeSpan.FromMilliseconds(5), Process.Time);
        }
    }
}
