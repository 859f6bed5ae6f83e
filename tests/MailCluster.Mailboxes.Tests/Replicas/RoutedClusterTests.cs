using MailCluster.Actors;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Cluster.Peers.InMemory;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Mailboxes.Wire;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>Mailboxes over the real membership, allocation and routes of a cluster: what the other tests leave out.</summary>
public sealed class RoutedClusterTests : IAsyncLifetime
{
    private const int ShardCount = 8;
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    /// <summary>No lease ends, however long the machine of the tests lets a node wait for its turn.</summary>
    private static readonly ClusterNodeOptions Options = new() { Lease = TimeSpan.FromMinutes(10), ProbeTimeout = TimeSpan.FromSeconds(30) };

    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private readonly InMemoryWriterRegistry _writers = new();
    private readonly Dictionary<Generation, WriterGeneration> _generations = [];
    private readonly InMemoryPeerNetwork _network = new(TimeProvider.System);
    private readonly List<Node> _nodes = [];
    private InMemoryClusterTables _tables = null!;
    private InMemoryJournal _journal = null!;
    private InMemorySnapshotStore _snapshots = null!;
    private volatile TaskCompletionSource _moved = NewMove();
    private ulong _bodies;

    public async Task InitializeAsync()
    {
        _journal = new InMemoryJournal(_writers);
        _snapshots = new InMemorySnapshotStore(_writers);
        _tables = new InMemoryClusterTables(TimeProvider.System, ShardCount, Fence);
        for (var i = 0; i < 3; i++)
        {
            var node = new Node(this, "node" + i);
            await node.StartAsync();
            _nodes.Add(node);
        }

        await WaitForAsync(IsEven);
        await SendAsync(_nodes[0], new ListFolders());
    }

    /// <summary>Every node has its share, and no shard is on its way.</summary>
    private bool IsEven()
    {
        var shares = _nodes.Select(node => node.ShardsHere).ToList();
        return shares.Sum() == ShardCount && shares.Min() >= ShardCount / _nodes.Count;
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Sessions_and_commands_outlive_a_drained_and_a_killed_owner()
    {
        var (owner, others) = Split();
        var (session, last) = (others[0], others[1]);
        using var inbox = await session.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: true, default);
        await SeenAsync(inbox, await SendAsync(session, Append()), exists: 1);

        var under = Enumerable.Range(0, 20).Select(_ => SendAsync(session, Append())).ToList();
        await owner.Cluster.DrainAsync(default).WaitAsync(PatienceMax);
        var appended = await Task.WhenAll(under).WaitAsync(PatienceMax);
        Assert.Equal(Enumerable.Range(2, 20).Select(uid => $"{uid}"), appended.Select(append => append.Uids.ToString()));
        await SeenAsync(inbox, appended[^1], exists: 21);

        // Whichever of the two has it now, once it knows; if it is the session's own node, that hands over first.
        await WaitForAsync(() => session.IsOwner || last.IsOwner);
        if (session.IsOwner)
            await session.Cluster.DrainAsync(default).WaitAsync(PatienceMax);
        await WaitForAsync(() => last.IsOwner);
        await SeenAsync(inbox, await SendAsync(last, Append()), exists: 22);
    }

    [Fact]
    public async Task What_is_under_way_to_a_node_that_dies_runs_once_and_in_order()
    {
        var (owner, others) = Split();
        var session = others[0];
        using var inbox = await session.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: true, default);
        var hold = _journal.Faults.HoldAppends();
        var under = Enumerable.Range(0, 20).Select(_ => SendAsync(session, Append())).ToList();
        await hold.WaitForAppendAsync();
        owner.Crash();
        hold.Release();

        var appended = await Task.WhenAll(under).WaitAsync(PatienceMax);

        Assert.Equal(Enumerable.Range(1, 20).Select(uid => $"{uid}"), appended.Select(append => append.Uids.ToString()));
        await SeenAsync(inbox, appended[^1], exists: 20);
        using var elsewhere = await others[1].Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, default);
        Assert.Equal(StateText.Of(elsewhere.Index), StateText.Of(inbox.Feed.Current));
    }

    private static async Task SeenAsync(OpenedFolder folder, AppendResult append, int exists)
    {
        await folder.Feed.ReachAsync(append.ModSeq, default).WaitAsync(PatienceMax);
        Assert.Equal(exists, folder.Feed.Current.Exists);
    }

    /// <summary>Looks again whenever a node learns that a shard has moved.</summary>
    private async Task WaitForAsync(Func<bool> condition)
    {
        while (true)
        {
            var moved = _moved;
            if (condition())
                return;
            await moved.Task.WaitAsync(PatienceMax);
        }
    }

    private void OnHomeChanged(ShardId shard) => Interlocked.Exchange(ref _moved, NewMove()).TrySetResult();

    private static TaskCompletionSource NewMove() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<TResult> SendAsync<TResult>(Node node, MailboxCommand<TResult> command) =>
        await node.Client.SendAsync(Alice, command, CommandContext.None, default).AsTask().WaitAsync(PatienceMax);

    private (Node Owner, IReadOnlyList<Node> Others) Split()
    {
        var owner = _nodes.Single(node => node.IsOwner);
        return (owner, [.. _nodes.Where(node => node != owner)]);
    }

    private void Fence(Generation dead)
    {
        lock (_generations)
        {
            if (_generations.TryGetValue(dead, out var writer))
                Assert.True(_writers.FenceAsync(writer, default).AsTask().IsCompletedSuccessfully);
        }
    }

    private AppendMessages Append() => new(
        FolderName.Inbox,
        [new NewMessage(new EmailId(Guid.NewGuid()), new BodyRef(Interlocked.Increment(ref _bodies)), 100, InternalDate.FromPacked(0), SystemFlags.None, [])]);

    private sealed class Node(RoutedClusterTests tests, string name) : IAsyncDisposable
    {
        private readonly InMemoryClusterStore _store = new(tests._tables);
        private readonly ActorSystem _system = new(TimeProvider.System, NullLoggerFactory.Instance);
        private readonly FolderFeedTable _feeds = new();
        private PersistenceContext _persistence = null!;
        private FolderReplicas _replicas = null!;
        private ShardRegion _region = null!;
        private bool _crashed;

        public ClusterNode Cluster { get; private set; } = null!;

        public IMailboxClient Client { get; private set; } = null!;

        public bool IsOwner => _region.PlaceOf(new EntityId(Alice.Value)) == EntityPlace.Here;

        public int ShardsHere => Enumerable.Range(0, ShardCount).Count(
            shard => Cluster.Allocation.TryGetHome(new ShardId(shard), out var home) && home.IsHere);

        public async Task StartAsync()
        {
            Cluster = new ClusterNode(
                _store, ShardCount, Options, TimeProvider.System, NullLoggerFactory.Instance, _ => { }, new Random(1));
            var registration = new MemberRegistration(name, name + ":1", NodeRoles.Edge | NodeRoles.Mailbox, "1");
            var generation = await Cluster.JoinAsync(registration, default);
            var writer = await tests._writers.RegisterAsync(name, default);
            lock (tests._generations)
                tests._generations.Add(generation, writer);
            var options = new MailboxOptions();
            _persistence = new PersistenceContext(
                _system,
                tests._journal,
                tests._snapshots,
                writer,
                new PersistenceOptions { HoldMax = options.CommandTimeout },
                TimeProvider.System,
                NullLoggerFactory.Instance,
                _ => Cluster.Fenced());
            var services = new MailboxServices(_persistence, new InMemoryBodyStore(), _feeds, options, TimeProvider.System);
            _region = MailboxClient.CreateRegion(services, ShardCount, Cluster.Allocation, new ShardRegionOptions(), NullLoggerFactory.Instance);
            _region.HomeChanged += tests.OnHomeChanged;
            var region = new MailboxRegion(_region);
            _replicas = new FolderReplicas(region, _feeds, options, TimeProvider.System, NullLoggerFactory.Instance);
            Client = new MailboxClient(region, _feeds, _replicas, options, TimeProvider.System);
            var self = (await _store.ReadAsync(default)).Find(generation)!;
            var peers = tests._network.Open(self, Cluster);
            Cluster.Serve(_region, peers, new MailboxCodec(), new MailboxPublisher(region, _feeds, options));
        }

        /// <summary>As kill -9: the others see that nothing listens there any more.</summary>
        public void Crash()
        {
            _crashed = true;
            _store.Faults.Unavailable = true;
            tests._network.Crash(name + ":1");
        }

        public async ValueTask DisposeAsync()
        {
            _replicas.Dispose();
            if (!_crashed)
                await _region.DisposeAsync();
            await Cluster.DisposeAsync();
            _persistence.Dispose();
            _system.Dispose();
        }
    }
}
