using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>Every account of the node: the region of mailbox actors over the storage, and the client that protocols use.</summary>
internal sealed class NodeMailboxes : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly PersistenceContext _persistence;
    private readonly FolderReplicas _replicas;
    private readonly ILogger _log;

    private NodeMailboxes(
        NodeOptions options, INodeStorage storage, WriterGeneration generation, ILoggerFactory loggers, TimeProvider time, Action<WriterFencedException> onFenced)
    {
        _log = loggers.CreateLogger("MailCluster.Node");
        _system = new ActorSystem(time, loggers);
        _persistence = new PersistenceContext(
            _system, storage.Journal, storage.Snapshots, generation, options.ToPersistence(), time, loggers, onFenced);
        var mailboxes = options.ToMailboxes();
        var services = new MailboxServices(_persistence, storage.Bodies, Feeds, mailboxes, time);
        Region = MailboxClient.CreateRegion(services, storage.ShardCount, new LocalShardAllocation(), options.ToRegion(), loggers);
        var region = new MailboxRegion(Region);
        _replicas = new FolderReplicas(region, Feeds, mailboxes, time, loggers);
        Client = new MailboxClient(region, Feeds, _replicas, mailboxes, time);
    }

    /// <param name="options">The node's configuration.</param>
    /// <param name="storage">Outlives this.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="onFenced">Called once when the journal refuses this run's generation: the node must stop.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="NodeStartException">The storage cannot be written.</exception>
    public static async Task<NodeMailboxes> StartAsync(
        NodeOptions options,
        INodeStorage storage,
        ILoggerFactory loggers,
        TimeProvider time,
        Action<WriterFencedException> onFenced,
        CancellationToken cancellationToken)
    {
        try
        {
            var generation = await storage.Writers.RegisterAsync(options.Name, cancellationToken);
            return new NodeMailboxes(options, storage, generation, loggers, time, onFenced);
        }
        catch (JournalUnavailableException error)
        {
            throw new NodeStartException(error.Message, error);
        }
    }

    public FolderFeedTable Feeds { get; } = new();

    public ShardRegion Region { get; }

    public IMailboxClient Client { get; }

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
    public ValueTask DisposeAsync()
    {
        _replicas.Dispose();
        _persistence.Dispose();
        _system.Dispose();
        return ValueTask.CompletedTask;
    }
}
