using MailCluster.Cluster;
using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

/// <summary>Keeps the feeds of this process in touch with the owners of their accounts, as accounts come to this node and leave it.</summary>
public sealed class FolderReplicas : IDisposable
{
    private readonly IMailboxRegion _region;
    private readonly FolderFeedTable _feeds;
    private readonly MailboxOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public FolderReplicas(IMailboxRegion region, FolderFeedTable feeds, MailboxOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _region = region;
        _feeds = feeds;
        _options = options;
        _time = time;
        _log = loggers.CreateLogger("MailCluster.Mailboxes");
        region.HomeChanged += OnHomeChanged;
    }

    internal ILogger Log => _log;

    /// <summary>Stops following owners; the feeds stay as they are.</summary>
    public void Dispose()
    {
        _region.HomeChanged -= OnHomeChanged;
        foreach (var feed in _feeds.All())
            feed.Replica?.Dispose();
    }

    /// <summary>Makes the feed follow its owner, which is another node. The caller holds the feed.</summary>
    internal void Follow(FolderFeed feed, bool wantsRecent)
    {
        if (_feeds.ReplicaOf(feed, Make) is not { } replica)
            return;
        if (wantsRecent)
            replica.WantRecent();
        if (!replica.IsRunning)
            replica.Start();
    }

    private void OnHomeChanged(ShardId shard)
    {
        foreach (var feed in _feeds.All())
        {
            var entity = new EntityId(feed.Account.Value);
            if (_region.ShardOf(entity) != shard)
                continue;

            // One that follows another node hears from the region when that is not the owner any more. An account that is here needs nothing.
            if (_region.IsHere(entity) == (feed.Replica is { IsRunning: true }))
                _feeds.ReplicaOf(feed, Make)?.Start();
        }
    }

    private FolderReplica Make(FolderFeed feed) => new(feed, _region, _options, _time, _log);
}
