using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// What a copy of the folder on another node does with a difference.
public sealed partial class FolderIndex
{
    /// <summary>
    /// The version that <paramref name="delta"/> leads to. It equals the owner's in everything that a session can see; chunks without a change stay the same
    /// objects.
    /// </summary>
    /// <exception cref="InvalidDataException">The delta is not of this version.</exception>
    internal FolderIndex Advance(FolderDelta delta)
    {
        if (delta.From != HighestModSeq || delta.To < delta.From || delta.UidNext < UidNext)
            throw new InvalidDataException($"A difference from {delta.From} to {delta.To} does not fit the folder's version {HighestModSeq}.");
        try
        {
            var keywords = Keywords;
            var sets = new int[delta.Keywords.Length];
            for (var i = 0; i < sets.Length; i++)
                keywords = keywords.Intern(delta.Keywords[i], out sets[i]);

            // Sets before rows: what is removed below may number them anew, and then the copies in `sets` would be wrong.
            var index = WithKeywords(keywords).WithRows(delta.Changed, sets, delta.To);
            var rows = new MessageRow[delta.Appended.Length];
            for (var i = 0; i < rows.Length; i++)
                rows[i] = delta.Appended[i] with { KeywordSet = sets[delta.Appended[i].KeywordSet] };
            index = index.Append(rows, delta.To);

            var vanished = delta.History ?? Vanished;
            foreach (var entry in delta.Vanished)
            {
                index = index.Remove(entry.Uids, delta.To);
                if (delta.History is null)
                    vanished = vanished.Add(entry.ModSeq, entry.Uids);
            }

            index = index.WithoutUnusedKeywords();
            return new FolderIndex(index, index._chunks, index._starts)
            {
                UidNext = delta.UidNext,
                HighestModSeq = delta.To,
                Version = delta.Version,
                Vanished = vanished,
            };
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            // The index checks what it is built from, with exceptions of its own.
            throw new InvalidDataException("A difference does not fit the folder: " + e.Message, e);
        }
    }

    /// <summary>With these flags in the place of what the messages have.</summary>
    private FolderIndex WithRows(ImmutableArray<FlagRow> rows, int[] sets, ModSeq highest)
    {
        if (rows.IsEmpty)
            return this;
        var uids = new UidSet.Builder();
        foreach (var row in rows)
            uids.Add(row.Uid);
        var chunks = _chunks.AsSpan().ToArray();
        HotColumns? hot = null;
        int current = -1, next = 0, unseen = Unseen, deleted = Deleted;
        var runs = new UidRuns(this, uids.Build());
        while (runs.MoveNext())
        {
            if (runs.Chunk != current)
            {
                Close();
                current = runs.Chunk;
                var before = _chunks[current];
                hot = before.Hot.Copy(before.Count, before.Capacity, before.Count, before.Hot.KeywordSets is not null);
            }

            for (var at = runs.Start; at < runs.Start + runs.Count; at++)
            {
                var row = rows[next++];
                if (row.Uid != _chunks[current].Cold.Uids[at])
                    throw new InvalidDataException($"A difference changes message {row.Uid}, which is not there.");
                hot!.Flags[at] = row.Flags;
                hot.ModSeqs[at] = row.ModSeq;
                if (sets[row.KeywordSet] is var set && (set != 0 || hot.KeywordSets is not null))
                    hot.WritableKeywordSets()[at] = set;
            }
        }

        if (next != rows.Length)
            throw new InvalidDataException("A difference changes messages that are not there.");
        Close();
        return new FolderIndex(this, chunks, _starts) { HighestModSeq = highest, Unseen = unseen, Deleted = deleted };

        void Close()
        {
            if (current < 0)
                return;
            var before = _chunks[current];
            var chunk = new ColumnChunk(before.Cold, hot!, before.Count);
            unseen += chunk.Unseen - before.Unseen;
            deleted += chunk.Deleted - before.Deleted;
            chunks[current] = chunk;
        }
    }
}
