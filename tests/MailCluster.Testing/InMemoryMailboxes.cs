using MailCluster.Actors;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Mailboxes;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Testing;

/// <summary>The real mailboxes of a node, region, actors and all, over stores in memory.</summary>
public sealed class InMemoryMailboxes : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly PersistenceContext _persistence;
    private readonly FolderReplicas _replicas;

    private InMemoryMailboxes(TimeProvider time, MailboxOptions options, InMemoryWriterRegistry writers, WriterGeneration generation, IQuotaWatcher? watcher, IFeatureLevel level)
    {
        Journal = new InMemoryJournal(writers);
        _system = new ActorSystem(time, NullLoggerFactory.Instance);
        _persistence = new PersistenceContext(
            _system,
            Journal,
            new InMemorySnapshotStore(writers),
            generation,
            new PersistenceOptions(),
            time,
            NullLoggerFactory.Instance,
            _ => { });
        var services = new MailboxServices(_persistence, Bodies, Feeds, options, time) { Outbox = OutboxSignal, ScriptTasks = ScriptTaskSignal, QuotaWatcher = watcher, Level = level };
        Region = MailboxClient.CreateRegion(
            services, ShardCount.Default, new LocalShardAllocation(), new ShardRegionOptions(), NullLoggerFactory.Instance);
        var region = new MailboxRegion(Region);
        _replicas = new FolderReplicas(region, Feeds, options, time, NullLoggerFactory.Instance);
        OutboxRegister = new OutboxRegister(OutboxIndex, region, time);
        Client = new MailboxClient(region, Feeds, _replicas, options, time, level);
    }

    public IMailboxClient Client { get; }

    public InMemoryOutboxIndex OutboxIndex { get; } = new();

    public OutboxRegister OutboxRegister { get; }

    public OutboxSignal OutboxSignal { get; } = new();

    public ScriptTaskSignal ScriptTaskSignal { get; } = new();

    public InMemoryBodyStore Bodies { get; } = new();

    /// <summary>Its <c>Faults</c> make writes fail.</summary>
    public InMemoryJournal Journal { get; }

    public FolderFeedTable Feeds { get; } = new();

    public ShardRegion Region { get; }

    public static async Task<InMemoryMailboxes> StartAsync(
        TimeProvider? time = null, MailboxOptions? options = null, IQuotaWatcher? watcher = null, IFeatureLevel? level = null)
    {
        var writers = new InMemoryWriterRegistry();
        var generation = await writers.RegisterAsync("node", CancellationToken.None);
        return new InMemoryMailboxes(time ?? TimeProvider.System, options ?? new MailboxOptions(), writers, generation, watcher, level ?? FixedFeatureLevel.Newest);
    }

    public async ValueTask DisposeAsync()
    {
        await Region.DisposeAsync();
        _replicas.Dispose();
        _persistence.Dispose();
        _system.Dispose();
    }
}
