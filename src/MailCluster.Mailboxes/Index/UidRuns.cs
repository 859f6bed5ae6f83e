namespace MailCluster.Mailboxes;

/// <summary>
/// Walks the messages of an index that are in a set of UIDs, as runs of neighbouring rows of one chunk, ascending. Chunks and ranges
/// without a match are skipped by binary search, so <c>1:*</c> costs a step a chunk and one UID a search.
/// </summary>
internal ref struct UidRuns(FolderIndex index, UidSet uids)
{
    private readonly ReadOnlySpan<UidRange> _ranges = uids.Ranges.AsSpan();
    private int _range;
    private int _row;
    private int _chunk;

    /// <summary>The number of the chunk the run is in.</summary>
    public int Chunk { get; private set; }

    /// <summary>The first row of the run in its chunk.</summary>
    public int Start { get; private set; }

    public int Count { get; private set; }

    public bool MoveNext()
    {
        while (_range < _ranges.Length && _chunk < index.ChunkCount)
        {
            var range = _ranges[_range];
            var rows = index.ColumnChunks[_chunk].Uids;
            if (rows[^1] < range.First)
            {
                _chunk = index.ChunkOfUid(range.First, _chunk + 1);
                _row = 0;
                continue;
            }

            var start = FolderIndex.RowOfUid(rows, range.First, _row);
            var end = range.Last >= rows[^1] ? rows.Length : FolderIndex.RowOfUid(rows, range.Last + 1, start);
            Chunk = _chunk;
            Start = start;
            Count = end - start;
            if (end == rows.Length)
            {
                _chunk++;
                _row = 0;
            }
            else
            {
                _range++;
                _row = end;
            }

            if (Count > 0)
                return true;
        }

        return false;
    }
}
