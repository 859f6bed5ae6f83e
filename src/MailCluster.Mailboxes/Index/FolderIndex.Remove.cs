namespace MailCluster.Mailboxes;

// Expunge.
public sealed partial class FolderIndex
{
    /// <summary>A chunk that an expunge leaves with fewer rows than this joins a neighbour, if both fit into one.</summary>
    private const int SparseRows = ColumnChunk.RowsMax / 4;

    /// <summary>
    /// Without those of <paramref name="uids"/> that exist; they are noted in <see cref="Vanished"/> under <paramref name="modSeq"/>. Returns this when
    /// none exists.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="modSeq"/> is below <see cref="HighestModSeq"/>.</exception>
    public FolderIndex Remove(UidSet uids, ModSeq modSeq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(modSeq.Value, HighestModSeq.Value);
        var removal = new Removal(_chunks);
        var runs = new UidRuns(this, uids);
        while (runs.MoveNext())
            removal.Remove(runs.Chunk, runs.Start, runs.Count);
        if (removal.IsEmpty)
            return this;

        var chunks = removal.Finish();
        var starts = new int[chunks.Length];
        for (var i = 1; i < chunks.Length; i++)
            starts[i] = starts[i - 1] + chunks[i - 1].Count;
        var after = new FolderIndex(this, chunks, starts)
        {
            HighestModSeq = modSeq,
            Size = Size - removal.Size,
            Unseen = Unseen - removal.Unseen,
            Deleted = Deleted - removal.Deleted,
            Vanished = Vanished.Add(modSeq, removal.Uids.Build()),
        };
        return after.WithoutUnusedKeywords();
    }

    /// <summary>Makes the new array of chunks while the removed rows come in ascending order.</summary>
    private sealed class Removal(ColumnChunk[] before)
    {
        private readonly List<ColumnChunk> _after = new(before.Length);
        private readonly bool[] _gone = new bool[ColumnChunk.RowsMax];
        private int _current = -1;
        private int _goneCount;
        private int _copied;

        public UidSet.Builder Uids { get; } = new();

        public long Size { get; private set; }

        public int Unseen { get; private set; }

        public int Deleted { get; private set; }

        public bool IsEmpty => Uids.IsEmpty;

        public void Remove(int number, int start, int count)
        {
            if (number != _current)
            {
                Close();
                _current = number;
            }

            var chunk = before[number];
            _gone.AsSpan(start, count).Fill(true);
            _goneCount += count;
            for (var row = start; row < start + count; row++)
            {
                Uids.Add(chunk.Cold.Uids[row]);
                Size += chunk.Cold.Facts[row].Size;
            }
        }

        public ColumnChunk[] Finish()
        {
            Close();
            Take(before.Length);
            return [.. _after];
        }

        private void Close()
        {
            if (_current < 0)
                return;
            Take(_current);
            var old = before[_current];
            var left = old.Without(_gone, _goneCount);
            _gone.AsSpan().Clear();
            _goneCount = 0;
            _copied = _current + 1;
            Unseen += old.Unseen - (left?.Unseen ?? 0);
            Deleted += old.Deleted - (left?.Deleted ?? 0);
            if (left is not null)
                Add(left);
        }

        /// <summary>Takes over the unchanged chunks up to <paramref name="end"/>.</summary>
        private void Take(int end)
        {
            if (_copied < end)
                Add(before[_copied++]);
            while (_copied < end)
                _after.Add(before[_copied++]);
        }

        private void Add(ColumnChunk chunk)
        {
            if (_after.Count > 0
                && _after[^1] is var left
                && Math.Min(left.Count, chunk.Count) < SparseRows
                && left.Count + chunk.Count <= ColumnChunk.RowsMax)
                _after[^1] = ColumnChunk.Merge(left, chunk);
            else
                _after.Add(chunk);
        }
    }
}
