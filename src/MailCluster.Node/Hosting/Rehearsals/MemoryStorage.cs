using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Cluster.Membership;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;

namespace MailCluster.Node.Hosting.Rehearsals;

/// <summary>Storage of nothing that anybody wants to keep.</summary>
internal sealed class MemoryStorage : INodeStorage
{
    private readonly InMemoryWriterRegistry _writers = new();
    private readonly InMemoryBodyStore _bodies = new();

    public MemoryStorage()
    {
        Journal = new InMemoryJournal(_writers);
        Snapshots = new InMemorySnapshotStore(_writers);
    }

    public string Location => "memory";

    public IJournal Journal { get; }

    public ISnapshotStore Snapshots { get; }

    public IWriterRegistry Writers => _writers;

    public IOutboxIndex Outbox { get; } = new InMemoryOutboxIndex();

    public IBodyStore Bodies => _bodies;

    public IBodyStoreCheck BodyCheck => _bodies;

    public IAccountTable? Accounts => null;

    public byte[] LoginSecret { get; } = new byte[32];

    public IBanStore Bans { get; } = new InMemoryBanStore();

    public int ShardCount => 1;

    public IClusterStore? Cluster => null;

    public TimeSpan UpkeepInterval => Timeout.InfiniteTimeSpan;

    public Task UpkeepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReleaseCachesAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
