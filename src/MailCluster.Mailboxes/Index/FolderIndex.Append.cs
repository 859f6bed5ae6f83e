namespace MailCluster.Mailboxes;

// New messages at the end.
public sealed partial class FolderIndex
{
    /// <summary>
    /// With <paramref name="rows"/> at the end: their UIDs ascend and are at least <see cref="UidNext"/>, their keyword sets are in <see cref="Keywords"/>.
    /// <paramref name="highest"/> is the ModSeq of the change; a row may carry a smaller one (replication), never a greater.
    /// </summary>
    /// <remarks>
    /// The free rows of the last chunk are filled in place, for the first version made from this one; a second (after a write that
    /// failed) copies the chunk. Both are right.
    /// </remarks>
    /// <exception cref="ArgumentException">A row breaks these rules; nothing changed.</exception>
    public FolderIndex Append(ReadOnlySpan<MessageRow> rows, ModSeq highest)
    {
        Check(rows, highest);
        if (rows.IsEmpty)
            return highest > HighestModSeq ? WithHighestModSeq(highest) : this;
        var size = Size;
        foreach (ref readonly var row in rows)
            size += row.Size;
        var uidNext = rows[^1].Uid + 1;

        var unseen = Unseen;
        var deleted = Deleted;
        var tailRoom = _chunks.Length == 0 ? 0 : ColumnChunk.RowsMax - _chunks[^1].Count;
        var intoTail = Math.Min(tailRoom, rows.Length);
        var added = (rows.Length - intoTail + ColumnChunk.RowsMax - 1) / ColumnChunk.RowsMax;
        var chunks = new ColumnChunk[_chunks.Length + added];
        _chunks.CopyTo(chunks.AsSpan());
        var starts = _starts;
        if (added > 0)
        {
            starts = new int[chunks.Length];
            _starts.CopyTo(starts.AsSpan());
        }

        if (intoTail > 0)
        {
            ref var tail = ref chunks[_chunks.Length - 1];
            unseen -= tail.Unseen;
            deleted -= tail.Deleted;
            tail = tail.Append(rows[..intoTail]);
            unseen += tail.Unseen;
            deleted += tail.Deleted;
        }

        rows = rows[intoTail..];
        for (var i = _chunks.Length; i < chunks.Length; i++)
        {
            starts[i] = i == 0 ? 0 : starts[i - 1] + chunks[i - 1].Count;
            var part = rows[..Math.Min(rows.Length, ColumnChunk.RowsMax)];
            rows = rows[part.Length..];
            chunks[i] = ColumnChunk.Of(part);
            unseen += chunks[i].Unseen;
            deleted += chunks[i].Deleted;
        }

        return new FolderIndex(this, chunks, starts)
        {
            UidNext = uidNext,
            HighestModSeq = highest,
            Size = size,
            Unseen = unseen,
            Deleted = deleted,
        };
    }

    /// <summary>The index that a snapshot kept, made of an empty one and its rows.</summary>
    /// <exception cref="ArgumentException">The rows break the rules of <see cref="Append"/>, or do not fit the other values.</exception>
    internal static FolderIndex Restore(
        FolderIndex empty, ReadOnlySpan<MessageRow> rows, uint uidNext, ModSeq highest, VanishedHistory vanished, long version)
    {
        var filled = empty.Append(rows, highest).WithUidNext(uidNext);
        return new FolderIndex(filled, filled._chunks, filled._starts) { Vanished = vanished, Version = version };
    }

    private void Check(ReadOnlySpan<MessageRow> rows, ModSeq highest)
    {
        if (highest < HighestModSeq)
            throw new ArgumentException($"ModSeq {highest} is below the folder's {HighestModSeq}.", nameof(highest));
        var next = (long)UidNext;
        foreach (ref readonly var row in rows)
        {
            if (row.Uid < next || row.Uid == uint.MaxValue)
                throw new ArgumentException($"UID {row.Uid} is not at least {next}, or is the last there can be.", nameof(rows));
            if ((uint)row.KeywordSet >= (uint)Keywords.Count)
                throw new ArgumentException($"Keyword set {row.KeywordSet} is not in the folder's sets.", nameof(rows));
            if (row.ModSeq > highest)
                throw new ArgumentException($"A message's ModSeq {row.ModSeq} is above that of the change, {highest}.", nameof(rows));
            next = (long)row.Uid + 1;
        }
    }
}
