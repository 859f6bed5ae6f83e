namespace MailCluster.Mailboxes;

/// <summary>The feeds of all folders that some session of this process has open, by folder id.</summary>
public sealed class FolderFeedTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FolderId, FolderFeed> _feeds = [];

    /// <summary>Folders open in this process.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _feeds.Count;
        }
    }

    /// <summary>Called by the owner, with the version that is current: a feed that exists already has it.</summary>
    internal FolderFeed Acquire(AccountId account, FolderIndex current, RecentMarker recent)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(current.Id, out var feed))
                _feeds.Add(current.Id, feed = new FolderFeed(account, current, recent));
            feed.Holders++;
            return feed;
        }
    }

    internal void Release(FolderFeed feed)
    {
        lock (_gate)
        {
            if (--feed.Holders == 0)
                _feeds.Remove(feed.Id);
        }
    }

    /// <summary>Called by the owner, in the order of the versions.</summary>
    internal void Publish(FolderIndex index) => Find(index.Id)?.Publish(index);

    internal void MarkGone(FolderId folder) => Find(folder)?.MarkGone();

    private FolderFeed? Find(FolderId folder)
    {
        lock (_gate)
            return _feeds.GetValueOrDefault(folder);
    }
}
