namespace MailCluster.Mailboxes;

// Reading: by position, by UID, by columns.
public sealed partial class FolderIndex
{
    /// <summary>All chunks in order, for scans over columns.</summary>
    public IndexChunks Chunks => new(this, 0);

    internal int ChunkCount => _chunks.Length;

    /// <exception cref="ArgumentOutOfRangeException">The position is not below <see cref="Exists"/>.</exception>
    public uint UidAt(int position) => Locate(position, out var row).Cold.Uids[row];

    /// <inheritdoc cref="UidAt"/>
    public MessageRow RowAt(int position) => Locate(position, out var row)[row];

    /// <inheritdoc cref="UidAt"/>
    public SystemFlags FlagsAt(int position) => Locate(position, out var row).Hot.Flags[row];

    /// <inheritdoc cref="UidAt"/>
    public ModSeq ModSeqAt(int position) => Locate(position, out var row).Hot.ModSeqs[row];

    /// <summary>The number of the message's keyword set.</summary>
    /// <inheritdoc cref="UidAt"/>
    public int KeywordSetAt(int position) => Locate(position, out var row).Hot.KeywordSetAt(row);

    /// <inheritdoc cref="UidAt"/>
    public MessageFacts FactsAt(int position) => Locate(position, out var row).Cold.Facts[row];

    /// <summary>The position of the message with this UID, or −1.</summary>
    public int PositionOf(uint uid)
    {
        var at = LowerBound(uid, out var found);
        return found ? at : -1;
    }

    /// <summary>The position of the first message whose UID is at least <paramref name="uid"/>; <see cref="Exists"/> when there is none.</summary>
    public int LowerBound(uint uid) => LowerBound(uid, out _);

    public bool TryGetRow(uint uid, out MessageRow row)
    {
        var position = PositionOf(uid);
        row = position < 0 ? default : RowAt(position);
        return position >= 0;
    }

    /// <summary>The sizes of the messages that are \Deleted together, in bytes. Looks only where there are any.</summary>
    public long DeletedSize()
    {
        long size = 0;
        if (Deleted == 0)
            return size;
        foreach (var chunk in _chunks)
        {
            for (var row = 0; chunk.Deleted > 0 && row < chunk.Count; row++)
            {
                if ((chunk.Hot.Flags[row] & SystemFlags.Deleted) != 0)
                    size += chunk.Cold.Facts[row].Size;
            }
        }

        return size;
    }

    /// <summary>The position of the first message that is not \Seen, or −1.</summary>
    public int FirstUnseenPosition()
    {
        for (var i = 0; i < _chunks.Length; i++)
        {
            var chunk = _chunks[i];
            for (var row = 0; chunk.Unseen > 0 && row < chunk.Count; row++)
            {
                if ((chunk.Hot.Flags[row] & SystemFlags.Seen) == 0)
                    return _starts[i] + row;
            }
        }

        return -1;
    }

    /// <summary>The chunks from the one that holds <paramref name="position"/> on; the first may begin before it.</summary>
    public IndexChunks ChunksFrom(int position) =>
        position >= Exists ? new IndexChunks(this, _chunks.Length) : new IndexChunks(this, ChunkOfPosition(position));

    internal IndexChunk ChunkNumber(int number) => new(_chunks[number], _starts[number]);

    internal ReadOnlySpan<ColumnChunk> ColumnChunks => _chunks;

    /// <summary>The number of the first chunk from <paramref name="from"/> on whose last UID is at least <paramref name="uid"/>, or the count of chunks.</summary>
    internal int ChunkOfUid(uint uid, int from)
    {
        int low = from, high = _chunks.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_chunks[middle].LastUid < uid)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The first row of <paramref name="uids"/> from <paramref name="from"/> on that is at least <paramref name="uid"/>.</summary>
    internal static int RowOfUid(ReadOnlySpan<uint> uids, uint uid, int from)
    {
        if (from < uids.Length && uids[from] >= uid)
            return from;

        // UIDs are dense more often than not: then the place is known.
        if (from < uids.Length && from + (long)(uid - uids[from]) is var guess && guess < uids.Length && uids[(int)guess] == uid)
            return (int)guess;
        var at = uids[from..].BinarySearch(uid);
        return from + (at < 0 ? ~at : at);
    }

    private int LowerBound(uint uid, out bool found)
    {
        found = false;
        var number = ChunkOfUid(uid, 0);
        if (number == _chunks.Length)
            return Exists;
        var uids = _chunks[number].Uids;
        var row = RowOfUid(uids, uid, 0);
        found = uids[row] == uid;
        return _starts[number] + row;
    }

    private ColumnChunk Locate(int position, out int row)
    {
        if ((uint)position >= (uint)Exists)
            throw new ArgumentOutOfRangeException(nameof(position), position, $"The folder has {Exists} messages.");
        var number = ChunkOfPosition(position);
        row = position - _starts[number];
        return _chunks[number];
    }

    private int ChunkOfPosition(int position)
    {
        // Right while no chunk is short.
        var guess = position / ColumnChunk.RowsMax;
        if (guess < _chunks.Length && _starts[guess] <= position && position - _starts[guess] < _chunks[guess].Count)
            return guess;
        var at = _starts.AsSpan().BinarySearch(position);
        return at < 0 ? ~at - 1 : at;
    }
}
