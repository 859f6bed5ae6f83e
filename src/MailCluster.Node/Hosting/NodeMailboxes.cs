using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting.Ownership;
using MailCluster.Node.Hosting.Quotas;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>
/// Every account that the node can reach: the region of mailbox actors over the storage, its place in the cluster if there is one, the replicas of folders
/// on other nodes, and the client that protocols use.
/// </summary>
internal sealed class NodeMailboxes : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly PersistenceContext _persistence;
    private readonly FolderReplicas _replicas;
    private readonly ILogger _log;

    private NodeMailboxes(NodeOptions options, INodeStorage storage, IOwnership ownership, ILoggerFactory loggers, TimeProvider time)
    {
        _log = loggers.CreateLogger("MailCluster.Node");
        Ownership = ownership;
        _system = new ActorSystem(time, loggers);
        _persistence = new PersistenceContext(
            _system, storage.Journal, storage.Snapshots, ownership.Generation, options.ToPersistence(), time, loggers, _ => ownership.Fenced());
        var mailboxes = options.ToMailboxes();
        var services = new MailboxServices(_persistence, storage.Bodies, Feeds, mailboxes, time)
        {
            QuotaDirectory = Quotas,
            QuotaWatcher = QuotaWatcher,
            Log = loggers.CreateLogger("MailCluster.Mailboxes"),
            Outbox = OutboxSignal,
            Level = ownership.Level,
            ScriptTasks = ScriptTaskSignal,
        };
        Region = MailboxClient.CreateRegion(services, storage.ShardCount, ownership.Allocation, options.ToRegion(), loggers);
        var region = new MailboxRegion(Region);
        _replicas = new FolderReplicas(region, Feeds, mailboxes, time, loggers);
        OutboxRegister = new OutboxRegister(storage.Outbox, region, time);
        Client = new MailboxClient(region, Feeds, _replicas, mailboxes, time, ownership.Level);
        ownership.Serve(Region, new MailboxPublisher(region, Feeds, mailboxes));
    }

    /// <summary>What this node may serve.</summary>
    public IOwnership Ownership { get; }

    /// <summary>To be connected to the user database once there is one.</summary>
    public UserQuotas Quotas { get; } = new();

    /// <summary>To be connected to what warns users once there is delivery.</summary>
    public LateQuotaWatcher QuotaWatcher { get; } = new();

    /// <summary>To be attached to whoever sends.</summary>
    public OutboxSignal OutboxSignal { get; } = new();

    /// <summary>To be attached to whoever runs scripts on what IMAP does.</summary>
    public ScriptTaskSignal ScriptTaskSignal { get; } = new();

    public OutboxRegister OutboxRegister { get; }

    public FolderFeedTable Feeds { get; } = new();

    public ShardRegion Region { get; }

    public IMailboxClient Client { get; }

    /// <param name="options">The node's configuration.</param>
    /// <param name="storage">Outlives this.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="onOver">Called once, with the reason, when this run may serve no more: the node must stop.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="NodeStartException">The storage cannot be written, or the cluster cannot be joined.</exception>
    public static async Task<NodeMailboxes> StartAsync(
        NodeOptions options, INodeStorage storage, ILoggerFactory loggers, TimeProvider time, Action<string> onOver, CancellationToken cancellationToken)
    {
        IOwnership ownership = storage.Cluster is { } store
            ? await ClusterOwnership.JoinAsync(options, store, storage.ShardCount, loggers, time, onOver, cancellationToken)
            : new SoleOwnership(await RegisterAsync(options.Name, storage, cancellationToken), onOver);
        return new NodeMailboxes(options, storage, ownership, loggers, time);
    }

    /// <summary>Gives up every account to other nodes, if there are any, up to <paramref name="patience"/>.</summary>
    public async Task LeaveAsync(TimeSpan patience, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            await Ownership.LeaveAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            NodeLog.StopLate(_log, "the hand-over of accounts");
        }
    }

    /// <summary>Lets every actor finish and save itself, up to <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            await Region.StopAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            NodeLog.StopLate(_log, "snapshots of accounts");
        }
    }

    /// <summary>Call after <see cref="StopAsync"/>. Actors that are still at it lose their snapshot, not their events.</summary>
    public async ValueTask DisposeAsync()
    {
        _replicas.Dispose();
        await Ownership.DisposeAsync();
        _persistence.Dispose();
        _system.Dispose();
    }

    private static async Task<WriterGeneration> RegisterAsync(string node, INodeStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            return await storage.Writers.RegisterAsync(node, cancellationToken);
        }
        catch (JournalUnavailableException error)
        {
            throw new NodeStartException(error.Message, error);
        }
    }
}
