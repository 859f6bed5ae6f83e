using MailCluster.Mailboxes;

namespace MailCluster.Pop3.Session;

/// <summary>
/// The folder as it was when the session began: numbers, sizes and UIDLs stand still until QUIT (RFC 1939 §5), whatever others do meanwhile. The marks on it are the
/// session's own, and lost with it.
/// </summary>
internal sealed class Maildrop : IDisposable
{
    private readonly OpenedFolder _opened;
    private readonly int[]? _shown;
    private SentGrowth? _growth;
    private long _octets;
    private long _deletedOctets;

    /// <param name="opened">This takes it over.</param>
    /// <param name="options">What is shown, and whether LAST is to be told.</param>
    public Maildrop(OpenedFolder opened, Pop3Options options)
    {
        _opened = opened;
        _shown = options.DeletedKeyword is { } hidden ? ShownIn(opened.Index, hidden) : null;
        Count = _shown?.Length ?? opened.Index.Exists;
        Deleted = new NumberSet(Count);
        Retrieved = new NumberSet(Count);
        LastAtStart = options.HasLast ? LastSeen() : 0;
        Last = LastAtStart;
    }

    public FolderId Folder => View.Id;

    /// <summary>The folder's index when it was opened.</summary>
    public FolderIndex View => _opened.Index;

    /// <summary>Messages with numbers, those marked as deleted included.</summary>
    public int Count { get; }

    /// <summary>Numbers less 1 of messages marked as deleted.</summary>
    public NumberSet Deleted { get; }

    /// <summary>Numbers less 1 of messages that RETR sent whole.</summary>
    public NumberSet Retrieved { get; }

    /// <summary>What LAST tells: the highest number that was accessed (RFC 1460 §5).</summary>
    public int Last { get; set; }

    /// <summary>Whether sizes are known.</summary>
    public bool HasSizes => _growth is not null;

    /// <summary>Octets of the messages that are not marked, as they are sent.</summary>
    public long Octets => _octets - _deletedOctets;

    private int LastAtStart { get; }

    /// <summary>Whether others have removed the message from the folder since.</summary>
    public bool IsGone(int number) => _opened.Feed.IsGone || _opened.Feed.Current.PositionOf(UidOf(number)) < 0;

    public MessageRow RowOf(int number) => View.RowAt(PositionOf(number));

    public uint UidOf(int number) => View.UidAt(PositionOf(number));

    public EmailId EmailIdOf(int number) => View.FactsAt(PositionOf(number)).EmailId;

    /// <summary>Octets of the message as it is sent.</summary>
    /// <exception cref="InvalidOperationException">Sizes are not known yet.</exception>
    public long SizeOf(int number)
    {
        var position = PositionOf(number);
        var growth = _growth ?? throw new InvalidOperationException("The sizes are not known yet.");
        return View.FactsAt(position).Size + (growth.Uids.Length == 0 ? 0 : growth.Of(View.UidAt(position)));
    }

    public void LearnSizes(SentGrowth growth)
    {
        _growth = growth;
        _octets = _shown is null && growth.Uids.Length == 0 ? View.Size : SumOf(Enumerable.Range(0, Count));
        _deletedOctets = SumOf(Deleted.Members());
    }

    public void Delete(int number)
    {
        if (Deleted.Add(number - 1) && HasSizes)
            _deletedOctets += SizeOf(number);
    }

    /// <summary>RSET.</summary>
    public void Reset()
    {
        Deleted.Clear();
        _deletedOctets = 0;
        Last = LastAtStart;
    }

    /// <summary>The UIDs of what is marked as deleted.</summary>
    public UidSet DeletedUids() => UidsOf(Deleted.Members());

    /// <summary>The UIDs of what was retrieved, is to stay, and was not \Seen.</summary>
    public UidSet NewlySeenUids() =>
        UidsOf(Retrieved.Members().Where(at => !Deleted.Contains(at) && (View.FlagsAt(PositionOf(at + 1)) & SystemFlags.Seen) == 0));

    public void Dispose() => _opened.Dispose();

    private int PositionOf(int number) => _shown?[number - 1] ?? number - 1;

    private UidSet UidsOf(IEnumerable<int> members)
    {
        var uids = new UidSet.Builder();
        foreach (var at in members)
            uids.Add(UidOf(at + 1));
        return uids.Build();
    }

    private long SumOf(IEnumerable<int> members) => members.Sum(at => SizeOf(at + 1));

    private int LastSeen()
    {
        for (var number = View.Exists > View.Unseen ? Count : 0; number > 0; number--)
        {
            if ((View.FlagsAt(PositionOf(number)) & SystemFlags.Seen) != 0)
                return number;
        }

        return 0;
    }

    private static int[]? ShownIn(FolderIndex view, string hidden)
    {
        if (!view.Keywords.AllKeywords.Contains(hidden, StringComparer.OrdinalIgnoreCase))
            return null;
        var shown = new List<int>(view.Exists);
        for (var position = 0; position < view.Exists; position++)
        {
            if (!view.Keywords.Contains(view.KeywordSetAt(position), hidden))
                shown.Add(position);
        }

        return shown.Count == view.Exists ? null : [.. shown];
    }
}
