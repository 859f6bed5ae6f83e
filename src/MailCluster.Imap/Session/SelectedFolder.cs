using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session;

/// <summary>
/// The selected folder as this client knows it. <see cref="View"/> is what it was told of: message numbers in commands are positions in it (+ 1). It moves
/// forward only in <c>TellAsync</c>.
/// </summary>
internal sealed partial class SelectedFolder : IFolderListener, IDisposable
{
    private readonly OpenedFolder _opened;
    private readonly ImapSession _session;
    private UidSet _recent;
    private KeywordSets _keywordsTold;
    private FolderIndex _newest;

    /// <param name="opened">This takes it over.</param>
    /// <param name="readOnly">EXAMINE.</param>
    public SelectedFolder(ImapSession session, OpenedFolder opened, bool readOnly)
    {
        _session = session;
        _opened = opened;
        IsReadOnly = readOnly;
        View = opened.Index;
        _newest = opened.Index;
        _recent = opened.Recent;
        _keywordsTold = View.Keywords;
        ToldModSeq = View.HighestModSeq;
    }

    public FolderId Id => View.Id;

    public FolderName Name => _opened.Name;

    public bool IsReadOnly { get; }

    /// <summary>
    /// What the client knows. While expunges wait to be told it still has their messages, with everything else as new as the
    /// last report; a FETCH of them is answered, a STORE does nothing.
    /// </summary>
    public FolderIndex View { get; private set; }

    /// <summary>The result of SEARCH with SAVE, <c>$</c> (RFC 9051 §6.4.4.1).</summary>
    public UidSet Saved { get; set; } = UidSet.Empty;

    /// <summary>The folder was deleted.</summary>
    public bool IsGone => _opened.Feed.IsGone;

    /// <summary>The messages that are \Recent to this session, and perhaps some that are gone; none for IMAP4rev2.</summary>
    public UidSet Recent => _session.IsRev2 ? UidSet.Empty : _recent;

    /// <summary>How many messages are \Recent to this session (RFC 3501 §7.3.2).</summary>
    public int RecentCount => View.CountExisting(_recent);

    /// <summary>The session wants to be woken by changes: it idles.</summary>
    public void Watch() => _opened.Feed.AddListener(this);

    public void Unwatch() => _opened.Feed.RemoveListener(this);

    public void OnFolderChanged(FolderFeed feed) => _session.Connection.Wake();

    /// <summary>Whether the message is \Recent to this session; never for IMAP4rev2.</summary>
    public bool IsRecent(uint uid) => !_session.IsRev2 && _recent.Contains(uid);

    /// <summary>The messages a command names. False: a message number does not exist; answer with <see cref="CommandOutcome.NoSuchNumber"/>.</summary>
    public bool TryResolve(SequenceSet set, bool uid, out PositionSet positions) => set.TryResolve(View, uid, Saved, out positions);

    public void Dispose()
    {
        Unwatch();
        _opened.Dispose();
    }
}
