using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Neighbouring positions: <paramref name="Start"/> counts from 0, <paramref name="Count"/> is at least 1.</summary>
public readonly record struct PositionRun(int Start, int Count)
{
    public int End => Start + Count;
}

/// <summary>
/// What happened between two versions of one folder. Chunks that both versions share are skipped unseen, so the cost is that of what
/// changed; it is right too when nothing is shared, as after a restart. Allocates nothing when nothing changed.
/// </summary>
public readonly struct FolderDiff
{
    private readonly ImmutableArray<PositionRun> _expunged;
    private readonly ImmutableArray<PositionRun> _changed;
    private readonly UidSet? _expungedUids;

    private FolderDiff(in Comparison comparison, int appended)
    {
        _expunged = comparison.Expunged?.ToImmutable() ?? [];
        _expungedUids = comparison.ExpungedUids?.Build();
        _changed = comparison.Changed?.ToImmutable() ?? [];
        Appended = appended;
    }

    /// <summary>The positions that went, as the old version counts them; ascending.</summary>
    public ImmutableArray<PositionRun> Expunged => _expunged.IsDefault ? [] : _expunged;

    /// <summary>The UIDs that went.</summary>
    public UidSet ExpungedUids => _expungedUids ?? UidSet.Empty;

    /// <summary>How many messages are new; they are the last of the new version.</summary>
    public int Appended { get; }

    /// <summary>The positions, as the new version counts them, of the messages whose flags, keywords or ModSeq differ; ascending, without the new ones.</summary>
    public ImmutableArray<PositionRun> Changed => _changed.IsDefault ? [] : _changed;

    public bool IsEmpty => Appended == 0 && Expunged.IsEmpty && Changed.IsEmpty;

    /// <exception cref="ArgumentException">These are not an older and a newer version of one folder.</exception>
    public static FolderDiff Between(FolderIndex before, FolderIndex after)
    {
        if (ReferenceEquals(before, after))
            return default;
        if (before.Id != after.Id || before.UidValidity != after.UidValidity)
            throw new ArgumentException("The versions are of two folders.", nameof(after));
        var comparison = new Comparison(before, after);
        return new FolderDiff(comparison, comparison.Run());
    }

    /// <summary>Walks both versions side by side: <c>_old</c>/<c>_new</c> are places in the arrays of chunks, rows are within the chunk.</summary>
    private struct Comparison(FolderIndex before, FolderIndex after)
    {
        private readonly bool _sameKeywordNumbers = before.Keywords.NumbersAgreeWith(after.Keywords);
        private int _old;
        private int _oldRow;
        private int _oldPosition;
        private int _new;
        private int _newRow;
        private int _newPosition;

        public ImmutableArray<PositionRun>.Builder? Expunged { get; private set; }

        public UidSet.Builder? ExpungedUids { get; private set; }

        public ImmutableArray<PositionRun>.Builder? Changed { get; private set; }

        /// <summary>Returns how many messages are new.</summary>
        public int Run()
        {
            var olds = before.ColumnChunks;
            var news = after.ColumnChunks;
            while (_old < olds.Length && _new < news.Length)
            {
                var old = olds[_old];
                var now = news[_new];
                if (ReferenceEquals(old, now) && _oldRow == _newRow)
                    Advance(old, old.Count - _oldRow, now, now.Count - _newRow);
                else
                    Rows(old, now);
            }

            while (_old < olds.Length)
                Expunge(olds[_old], olds[_old].Count - _oldRow);
            return after.Exists - _newPosition;
        }

        /// <summary>Compares a stretch of rows that have the same UIDs, or else skips the expunged ones.</summary>
        private void Rows(ColumnChunk old, ColumnChunk now)
        {
            var oldUids = old.Uids[_oldRow..];
            var newUids = now.Uids[_newRow..];
            var same = ReferenceEquals(old.Cold, now.Cold) && _oldRow == _newRow
                ? Math.Min(oldUids.Length, newUids.Length)
                : oldUids.CommonPrefixLength(newUids);
            if (same > 0)
            {
                if (!ReferenceEquals(old.Hot, now.Hot) || _oldRow != _newRow)
                    Compare(old.Hot, now.Hot, same);
                Advance(old, same, now, same);
                return;
            }

            if (oldUids[0] > newUids[0])
                throw new ArgumentException("A message came in before others: this is not a later version of the folder.");
            var gone = FolderIndex.RowOfUid(oldUids, newUids[0], 0);
            Expunge(old, gone);
        }

        private void Compare(HotColumns old, HotColumns now, int count)
        {
            var oldFlags = old.Flags.AsSpan(_oldRow, count);
            var newFlags = now.Flags.AsSpan(_newRow, count);
            var oldModSeqs = old.ModSeqs.AsSpan(_oldRow, count);
            var newModSeqs = now.ModSeqs.AsSpan(_newRow, count);
            var keywords = old.KeywordSets is not null || now.KeywordSets is not null;
            for (var i = 0; i < count; i++)
            {
                if (oldFlags[i] != newFlags[i]
                    || oldModSeqs[i] != newModSeqs[i]
                    || (keywords && !SameKeywords(old.KeywordSetAt(_oldRow + i), now.KeywordSetAt(_newRow + i))))
                    Change(_newPosition + i);
            }
        }

        private readonly bool SameKeywords(int old, int now) =>
            _sameKeywordNumbers ? old == now : before.Keywords.SameSet(old, after.Keywords, now);

        private void Change(int position)
        {
            Changed ??= ImmutableArray.CreateBuilder<PositionRun>();
            if (Changed.Count > 0 && Changed[^1].End == position)
                Changed[^1] = Changed[^1] with { Count = Changed[^1].Count + 1 };
            else
                Changed.Add(new PositionRun(position, 1));
        }

        private void Expunge(ColumnChunk old, int count)
        {
            Expunged ??= ImmutableArray.CreateBuilder<PositionRun>();
            ExpungedUids ??= new UidSet.Builder();
            if (Expunged.Count > 0 && Expunged[^1].End == _oldPosition)
                Expunged[^1] = Expunged[^1] with { Count = Expunged[^1].Count + count };
            else
                Expunged.Add(new PositionRun(_oldPosition, count));
            foreach (var uid in old.Uids.Slice(_oldRow, count))
                ExpungedUids.Add(uid);
            AdvanceOld(old, count);
        }

        private void Advance(ColumnChunk old, int oldCount, ColumnChunk now, int newCount)
        {
            AdvanceOld(old, oldCount);
            _newRow += newCount;
            _newPosition += newCount;
            if (_newRow == now.Count)
            {
                _new++;
                _newRow = 0;
            }
        }

        private void AdvanceOld(ColumnChunk old, int count)
        {
            _oldRow += count;
            _oldPosition += count;
            if (_oldRow == old.Count)
            {
                _old++;
                _oldRow = 0;
            }
        }
    }
}
