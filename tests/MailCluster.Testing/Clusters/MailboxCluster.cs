using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;

namespace MailCluster.Testing.Clusters;

/// <summary>
/// Several nodes over shared stores in memory, with the real actors, codec, publishers and replicas. Who has the accounts is what the test says: one node has all of
/// them, until it hands over or is killed. Membership, leases and routes are tested elsewhere.
/// </summary>
public sealed class MailboxCluster : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<MailboxNode> _nodes = [];
    private readonly MailboxOptions _options;
    private Ownership _ownership = new();

    private MailboxCluster(TimeProvider time, MailboxOptions options)
    {
        Time = time;
        _options = options;
        Journal = new InMemoryJournal(Writers);
        Snapshots = new InMemorySnapshotStore(Writers);
    }

    public TimeProvider Time { get; }

    public InMemoryWriterRegistry Writers { get; } = new();

    public InMemoryJournal Journal { get; }

    public InMemorySnapshotStore Snapshots { get; }

    public IBodyStore Bodies { get; } = new InMemoryBodyStore();

    public IReadOnlyList<MailboxNode> Nodes => _nodes;

    /// <summary>What goes between nodes waits while a test holds it.</summary>
    public Gate Replies { get; } = new();

    /// <summary>As <see cref="Replies"/>, for what replicas are sent.</summary>
    public Gate Streams { get; } = new();

    /// <summary>Starts nodes; the first has the accounts.</summary>
    public static async Task<MailboxCluster> StartAsync(int nodes, TimeProvider? time = null, MailboxOptions? options = null)
    {
        var cluster = new MailboxCluster(time ?? TimeProvider.System, options ?? new MailboxOptions());
        for (var i = 0; i < nodes; i++)
        {
            var generation = await cluster.Writers.RegisterAsync("node" + i, CancellationToken.None);
            cluster._nodes.Add(new MailboxNode(cluster, i, generation, cluster._options));
        }

        cluster.Give(cluster._nodes[0]);
        return cluster;
    }

    /// <summary>The owner finishes what it has taken and hands over; what comes meanwhile waits.</summary>
    public async Task HandOverAsync(int to)
    {
        var before = Take();
        await before.Owner!.StopEntitiesAsync();
        before.End();
        Give(_nodes[to]);
    }

    /// <summary>The owner dies: nothing it has not written is written any more, nobody hears of what it has. Then another takes over.</summary>
    public async Task KillOwnerAsync(int to)
    {
        var before = Take();
        await Writers.FenceAsync(before.Owner!.Generation, CancellationToken.None);
        before.Owner.Kill();
        before.End();
        Give(_nodes[to]);
    }

    /// <summary>The account leaves its node in one way or the other, and what was held goes on.</summary>
    public async Task MoveAsync(int to, bool killed)
    {
        if (killed)
            await KillOwnerAsync(to);
        else
            await HandOverAsync(to);
        Replies.Open();
        Streams.Open();
    }

    /// <summary>Nobody has the accounts until <see cref="Resume"/>.</summary>
    public MailboxNode Suspend() => Take().Owner!;

    public void Resume(MailboxNode owner) => Give(owner);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    /// <summary>Completes when some node has the accounts.</summary>
    internal async ValueTask<Ownership> OwnerAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Ownership now;
            lock (_gate)
                now = _ownership;
            if (now.Owner is not null)
                return now;
            await now.Changed.WaitAsync(cancellationToken);
        }
    }

    internal bool IsOwner(MailboxNode node)
    {
        lock (_gate)
            return _ownership.Owner == node;
    }

    private Ownership Take()
    {
        var before = Change(new Ownership());
        return before.Owner is null ? throw new InvalidOperationException("Nobody has the accounts.") : before;
    }

    private void Give(MailboxNode node) => Change(new Ownership { Owner = node });

    private Ownership Change(Ownership next)
    {
        Ownership before;
        lock (_gate)
        {
            before = _ownership;
            _ownership = next;
        }

        before.Change();
        foreach (var node in _nodes)
            node.RaiseHomeChanged();
        return before;
    }

    /// <summary>One node's time of having the accounts, or the time in between.</summary>
    internal sealed class Ownership
    {
        private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _ended = new();

        public MailboxNode? Owner { get; init; }

        public Task Changed => _changed.Task;

        public CancellationToken Ended => _ended.Token;

        public void Change() => _changed.TrySetResult();

        public void End() => _ended.Cancel();
    }
}

/// <summary>Lets pass, or holds until it is opened.</summary>
public sealed class Gate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _open = Opened();

    public void Close()
    {
        lock (_gate)
        {
            if (_open.Task.IsCompleted)
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Open()
    {
        lock (_gate)
            _open.TrySetResult();
    }

    public Task PassAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _open.Task.WaitAsync(cancellationToken);
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
