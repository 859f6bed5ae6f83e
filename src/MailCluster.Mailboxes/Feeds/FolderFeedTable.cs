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

    /// <summary>
    /// Takes hold of the folder's feed, making it if need be. Of a feed that was <paramref name="created"/> the owner may not have known
    /// when it published last: the caller asks it once more and publishes what it says.
    /// </summary>
    internal FolderFeed Acquire(AccountId account, FolderLocation location, out bool created)
    {
        lock (_gate)
        {
            created = !_feeds.TryGetValue(location.Index.Id, out var feed);
            if (feed is null)
            {
                feed = new FolderFeed(account, location.Index, location.Recent);
                _feeds.Add(feed.Id, feed);
            }

            feed.Holders++;
            return feed;
        }
    }

    /// <summary>
    /// Takes hold of the feed of a folder that another node has, making it, empty, if need be: no session may see it before a replica has brought it to the
    /// version of <paramref name="place"/>.
    /// </summary>
    internal FolderFeed Acquire(AccountId account, FolderPlace place)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(place.Id, out var feed))
            {
                feed = new FolderFeed(account, FolderIndex.Create(place.Id, place.UidValidity), new RecentMarker(place.RecentFrom));
                _feeds.Add(feed.Id, feed);
            }

            feed.Holders++;
            return feed;
        }
    }

    internal void Release(FolderFeed feed)
    {
        lock (_gate)
        {
            if (--feed.Holders > 0)
                return;
            _feeds.Remove(feed.Id);
        }

        // After this nobody starts a replica of it: that takes a holder.
        feed.Replica?.Dispose();
    }

    /// <summary>The replica of a feed that somebody holds; null when nobody does any more.</summary>
    internal FolderReplica? ReplicaOf(FolderFeed feed, Func<FolderFeed, FolderReplica> make)
    {
        lock (_gate)
            return feed.Holders == 0 ? null : feed.Replica ??= make(feed);
    }

    /// <summary>All feeds, as they are now.</summary>
    internal FolderFeed[] All()
    {
        lock (_gate)
            return [.. _feeds.Values];
    }

    internal FolderFeed? Find(FolderId folder)
    {
        lock (_gate)
            return _feeds.GetValueOrDefault(folder);
    }
}
