namespace MailCluster.Mailboxes;

/// <summary>
/// Neighbouring messages of a <see cref="FolderIndex"/> as columns, for scans over many messages: row <c>i</c> of every column is the message at
/// position <c>FirstPosition + i</c>. May be kept as long as wanted; it never changes.
/// </summary>
public readonly struct IndexChunk
{
    private static readonly int[] NoKeywords = new int[ColumnChunk.RowsMax];

    private readonly ColumnChunk _chunk;

    internal IndexChunk(ColumnChunk chunk, int firstPosition)
    {
        _chunk = chunk;
        FirstPosition = firstPosition;
    }

    public int FirstPosition { get; }

    public int Count => _chunk.Count;

    /// <summary>How many of the messages are not \Seen; lets a scan skip the chunk.</summary>
    public int Unseen => _chunk.Unseen;

    /// <summary>How many of the messages are \Deleted.</summary>
    public int Deleted => _chunk.Deleted;

    /// <summary>The greatest of <see cref="ModSeqs"/>.</summary>
    public ModSeq MaxModSeq => _chunk.MaxModSeq;

    /// <summary>Whether any message may have keywords; when false <see cref="KeywordSets"/> is all 0.</summary>
    public bool HasKeywords => _chunk.Hot.KeywordSets is not null;

    public ReadOnlySpan<uint> Uids => _chunk.Uids;

    public ReadOnlySpan<SystemFlags> Flags => _chunk.Hot.Flags.AsSpan(0, Count);

    public ReadOnlySpan<ModSeq> ModSeqs => _chunk.Hot.ModSeqs.AsSpan(0, Count);

    public ReadOnlySpan<int> KeywordSets => (_chunk.Hot.KeywordSets ?? NoKeywords).AsSpan(0, Count);

    public ReadOnlySpan<MessageFacts> Facts => _chunk.Cold.Facts.AsSpan(0, Count);

    /// <summary>True when both hold the same rows because they share the memory; false says nothing.</summary>
    internal bool SharesRowsWith(IndexChunk other) =>
        _chunk.Count == other._chunk.Count && ReferenceEquals(_chunk.Cold, other._chunk.Cold) && ReferenceEquals(_chunk.Hot, other._chunk.Hot);

    /// <summary>Row <paramref name="row"/> whole.</summary>
    public MessageRow this[int row] => row < Count ? _chunk[row] : throw new ArgumentOutOfRangeException(nameof(row));
}

/// <summary>The chunks of an index in order, for <c>foreach</c>. Allocates nothing.</summary>
public struct IndexChunks
{
    private readonly FolderIndex _index;
    private int _next;

    internal IndexChunks(FolderIndex index, int first)
    {
        _index = index;
        _next = first;
    }

    public readonly IndexChunk Current => _index.ChunkNumber(_next - 1);

    public readonly IndexChunks GetEnumerator() => this;

    public bool MoveNext() => _next++ < _index.ChunkCount;
}
