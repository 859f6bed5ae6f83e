namespace MailCluster.Mailboxes;

// The table of a folder's messages, as one immutable version.
//
// The problem: hundreds of sessions look at one folder while it changes; each needs a table that stands still while it answers a command,
// and then the difference to the newest one. Copying 100,000 rows for each flag that changes is out of the question, and so is a queue of
// changes for each session.
//
// The answer: rows lie in chunks of up to 512; a version is an array of references to chunks. A change copies the chunks it touches and
// the array (16 KB for a million messages), all else is shared. Two versions are compared by skipping the chunks that are the same object
// (FolderDiff). The last chunk has free rows, which the next version fills in place (ColumnChunk says why that is safe). Removing from the
// middle makes a chunk shorter; a chunk that becomes sparse is merged with a neighbour. Positions come from the cumulative counts.
//
// Nothing here chooses a UID, a time or a ModSeq: they come in with the change, so that recovery, the live actor and replicas make the
// same index of the same events.

/// <summary>
/// One version of the table of a folder's messages: immutable, safe for any number of readers. Positions count from 0 (a sequence number
/// is position + 1) and are those of this version alone. Every change gives a new index whose <see cref="Version"/> is one greater.
/// </summary>
public sealed partial class FolderIndex
{
    private readonly ColumnChunk[] _chunks;
    private readonly int[] _starts;
    private long _memoryBytes;

    private FolderIndex(FolderIndex before, ColumnChunk[] chunks, int[] starts)
    {
        _chunks = chunks;
        _starts = starts;
        Id = before.Id;
        UidValidity = before.UidValidity;
        UidNext = before.UidNext;
        HighestModSeq = before.HighestModSeq;
        CreatedModSeq = before.CreatedModSeq;
        Version = before.Version + 1;
        Size = before.Size;
        Keywords = before.Keywords;
        Vanished = before.Vanished;
        Unseen = before.Unseen;
        Deleted = before.Deleted;
        Exists = chunks.Length == 0 ? 0 : starts[^1] + chunks[^1].Count;
    }

    private FolderIndex(FolderId id, uint uidValidity, ModSeq created)
    {
        _chunks = [];
        _starts = [];
        Id = id;
        UidValidity = uidValidity;
        UidNext = 1;
        HighestModSeq = created;
        CreatedModSeq = created;
        Version = 1;
        Keywords = KeywordSets.Empty;
        Vanished = VanishedHistory.Empty;
    }

    public FolderId Id { get; }

    /// <summary>RFC 9051 §2.3.1.1. Not 0.</summary>
    public uint UidValidity { get; private init; }

    /// <summary>Greater than every UID there ever was in the folder.</summary>
    public uint UidNext { get; private init; }

    /// <summary>The ModSeq of the last change (RFC 7162 §3.1.2).</summary>
    public ModSeq HighestModSeq { get; private init; }

    /// <summary>The ModSeq of the folder's creation.</summary>
    public ModSeq CreatedModSeq { get; private init; }

    /// <summary>Grows by one with every change; 1 for a new folder.</summary>
    public long Version { get; private init; }

    /// <summary>How many messages.</summary>
    public int Exists { get; }

    /// <summary>How many messages are not \Seen.</summary>
    public int Unseen { get; private init; }

    /// <summary>How many messages are \Deleted.</summary>
    public int Deleted { get; private init; }

    /// <summary>The sizes of all messages together, in bytes (STATUS SIZE, RFC 8438).</summary>
    public long Size { get; private init; }

    public KeywordSets Keywords { get; private init; }

    public VanishedHistory Vanished { get; private init; }

    /// <summary>About how much memory this version holds, in bytes; parts shared with other versions count in each.</summary>
    public long MemoryBytes
    {
        get
        {
            if (_memoryBytes == 0)
            {
                var bytes = 200 + _chunks.Length * 12L + Keywords.MemoryBytes + Vanished.MemoryBytes;
                foreach (var chunk in _chunks)
                    bytes += chunk.MemoryBytes;
                _memoryBytes = bytes;
            }

            return _memoryBytes;
        }
    }

    /// <summary>An index without messages, with version 1 and UIDNEXT 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="uidValidity"/> is 0.</exception>
    public static FolderIndex Create(FolderId id, uint uidValidity, ModSeq created = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(uidValidity);
        return new FolderIndex(id, uidValidity, created);
    }

    /// <summary>With a greater UIDNEXT, as when UIDs were given out and never used.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below the present one.</exception>
    public FolderIndex WithUidNext(uint uidNext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(uidNext, UidNext);
        return new FolderIndex(this, _chunks, _starts) { UidNext = uidNext };
    }

    /// <summary>With another UIDVALIDITY: sessions that have the folder open must then drop what they know (RFC 9051 §2.3.1.1).</summary>
    public FolderIndex WithUidValidity(uint uidValidity)
    {
        ArgumentOutOfRangeException.ThrowIfZero(uidValidity);
        return new FolderIndex(this, _chunks, _starts) { UidValidity = uidValidity };
    }

    /// <summary>With a greater ModSeq, for changes that touch no message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below the present one.</exception>
    public FolderIndex WithHighestModSeq(ModSeq modSeq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(modSeq.Value, HighestModSeq.Value);
        return new FolderIndex(this, _chunks, _starts) { HighestModSeq = modSeq };
    }

    /// <summary>
    /// With sets that <see cref="KeywordSets.Intern"/> made from this index's <see cref="Keywords"/>; to be called before <see cref="Append"/> of rows
    /// that use new ones. Returns this when nothing was added.
    /// </summary>
    /// <exception cref="ArgumentException">A number means something else in <paramref name="keywords"/>.</exception>
    public FolderIndex WithKeywords(KeywordSets keywords)
    {
        if (ReferenceEquals(keywords, Keywords))
            return this;
        if (keywords.Count < Keywords.Count || !keywords.NumbersAgreeWith(Keywords))
            throw new ArgumentException("The sets were not made from those of this index.", nameof(keywords));
        return new FolderIndex(this, _chunks, _starts) { Keywords = keywords };
    }
}
