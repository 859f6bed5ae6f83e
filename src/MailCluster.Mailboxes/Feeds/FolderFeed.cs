using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// One folder's newest index in this process, shared by all sessions that have the folder open. The owner publishes each version by one
/// reference write; a reader takes <see cref="Current"/> whenever it likes and keeps it as long as it likes.
/// </summary>
public sealed class FolderFeed : IThreadPoolWorkItem
{
    /// <summary>More listeners than this are told from the thread pool: the owner, and the client whose change it was, do not wait for them.</summary>
    private const int ToldAtOnceMax = 8;

    private readonly Lock _gate = new();
    private ImmutableArray<IFolderListener> _listeners = [];
    private volatile FolderIndex _current;
    private volatile bool _gone;
    private volatile RecentMarker _recent;
    private int _telling;

    internal FolderFeed(AccountId account, FolderIndex current, RecentMarker recent)
    {
        Account = account;
        _current = current;
        _recent = recent;
    }

    public AccountId Account { get; }

    public FolderId Id => _current.Id;

    /// <summary>The newest committed version.</summary>
    public FolderIndex Current => _current;

    /// <summary>The folder was deleted; <see cref="Current"/> is its last version.</summary>
    public bool IsGone => _gone;

    internal RecentMarker Recent => _recent;

    /// <summary>What brings new versions from the node that owns the account; null while that is, and always was, this one.</summary>
    internal FolderReplica? Replica { get; set; }

    /// <summary>How many sessions hold it; guarded by the table's lock.</summary>
    internal int Holders { get; set; }

    /// <summary>
    /// Makes the messages below <paramref name="uidNext"/> that no session has been told of \Recent to the calling session alone, and returns them;
    /// some may be gone.
    /// </summary>
    public UidSet ClaimRecent(uint uidNext) => Recent.Claim(uidNext);

    /// <summary>Tells <paramref name="listener"/> of every later version until it is removed. It may be told once more while it is being removed.</summary>
    public void AddListener(IFolderListener listener)
    {
        lock (_gate)
            _listeners = _listeners.Add(listener);
    }

    public void RemoveListener(IFolderListener listener)
    {
        lock (_gate)
            _listeners = _listeners.Remove(listener);
    }

    /// <summary>
    /// Makes <paramref name="index"/> the current version, unless that or a newer one is already. Versions of different owners and recoveries are told apart
    /// by their ModSeq, which comes from the journal; <see cref="FolderIndex.Version"/> only counts steps.
    /// </summary>
    internal void Publish(FolderIndex index)
    {
        lock (_gate)
        {
            if (index.HighestModSeq < _current.HighestModSeq
                || (index.HighestModSeq == _current.HighestModSeq && index.Version <= _current.Version))
                return;
            _current = index;
        }

        Notify();
    }

    /// <summary>This node's actor has the folder now: its marker takes the place of the replica's.</summary>
    internal void Adopt(FolderLocation location)
    {
        if (!ReferenceEquals(_recent, location.Recent))
        {
            location.Recent.Raise(_recent.From);
            _recent = location.Recent;
        }

        Publish(location.Index);
    }

    /// <summary>Completes when the current version is <paramref name="modSeq"/> or newer, or the folder is gone.</summary>
    internal async Task ReachAsync(ModSeq modSeq, CancellationToken cancellationToken)
    {
        if (_current.HighestModSeq >= modSeq || _gone)
            return;
        var waiter = new FeedWaiter(modSeq);
        AddListener(waiter);
        try
        {
            waiter.OnFolderChanged(this);
            await waiter.WaitAsync(cancellationToken);
        }
        finally
        {
            RemoveListener(waiter);
        }
    }

    internal void MarkGone()
    {
        _gone = true;
        Notify();
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Cleared first: whatever is published from here on is either seen by the listeners told below, or told again.
        Interlocked.Exchange(ref _telling, 0);
        Tell(Listeners());
    }

    internal void Notify()
    {
        var listeners = Listeners();
        if (listeners.Length <= ToldAtOnceMax)
            Tell(listeners);
        else if (Interlocked.Exchange(ref _telling, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Tell(ImmutableArray<IFolderListener> listeners)
    {
        foreach (var listener in listeners)
            listener.OnFolderChanged(this);
    }

    private ImmutableArray<IFolderListener> Listeners()
    {
        lock (_gate)
            return _listeners;
    }
}

/// <summary>Wants to know when a folder changes; an idling session does.</summary>
public interface IFolderListener
{
    /// <summary>There is a newer version, or the folder is gone. Often called on the owner's thread: must return at once and not throw.</summary>
    void OnFolderChanged(FolderFeed feed);
}

/// <summary>A folder that a session has open. Dispose it to close the folder.</summary>
public sealed class OpenedFolder : IDisposable
{
    private readonly FolderFeedTable _table;
    private bool _disposed;

    internal OpenedFolder(FolderFeedTable table, FolderFeed feed, FolderIndex index, FolderName name, UidSet recent)
    {
        _table = table;
        Feed = feed;
        Index = index;
        Name = name;
        Recent = recent;
    }

    public FolderFeed Feed { get; }

    /// <summary>The version at the moment of opening.</summary>
    public FolderIndex Index { get; }

    public FolderName Name { get; }

    /// <summary>
    /// The messages of <see cref="Index"/> that are \Recent to this session. For those that arrive later it calls
    /// <see cref="FolderFeed.ClaimRecent"/> when it is about to tell of them.
    /// </summary>
    public UidSet Recent { get; }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _table.Release(Feed);
    }
}
