using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

/// <summary>The feeds of all folders that some session of this process has open, by folder id.</summary>
public sealed class FolderFeedTable
{
    /// <summary>Enough that accounts with a lot to tell are seldom taken for others.</summary>
    private const int UntoldCounts = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<FolderId, FolderFeed> _feeds = [];
    private readonly long[] _untold = new long[UntoldCounts];

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

    /// <summary>
    /// The feed that the owner has something to tell. Where nobody has the folder open, it is counted that something was not told, so that
    /// one who is just opening it sees that the owner's answer may be old.
    /// </summary>
    internal FolderFeed? FindToTell(AccountId account, FolderId folder)
    {
        lock (_gate)
        {
            if (_feeds.TryGetValue(folder, out var feed))
                return feed;
            _untold[CountOf(account)]++;
            return null;
        }
    }

    /// <summary>Whether no folder at all is open in this process; something was not told then, and is counted.</summary>
    internal bool HasNobodyToTell(AccountId account)
    {
        lock (_gate)
        {
            if (_feeds.Count > 0)
                return false;
            _untold[CountOf(account)]++;
            return true;
        }
    }

    /// <summary>How often something was not told of folders of the account, and of others with the same count. To be taken before the owner is asked.</summary>
    internal long UntoldOf(AccountId account) => Volatile.Read(ref _untold[CountOf(account)]);

    /// <summary>
    /// As <see cref="Acquire(AccountId, FolderLocation, out bool)"/>; <paramref name="mayBeOld"/> only if the feed was made and something
    /// was not told since <see cref="UntoldOf"/> was <paramref name="untold"/>.
    /// </summary>
    internal FolderFeed Acquire(AccountId account, FolderLocation location, long untold, out bool mayBeOld)
    {
        lock (_gate)
        {
            var feed = Acquire(account, location, out var created);
            mayBeOld = created && _untold[CountOf(account)] != untold;
            return feed;
        }
    }

    private static int CountOf(AccountId account) => (int)(ShardHash.Hash(account.Value) % UntoldCounts);

    internal FolderFeed? Find(FolderId folder)
    {
        lock (_gate)
            return _feeds.GetValueOrDefault(folder);
    }
}
