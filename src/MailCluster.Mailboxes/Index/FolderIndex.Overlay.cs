namespace MailCluster.Mailboxes;

// What a session knows while it may not yet be told of expunges.
public sealed partial class FolderIndex
{
    /// <summary>
    /// This version with the messages of an earlier <paramref name="view"/> that were expunged since put back in their places, as the view has them: positions
    /// then are those of the view, with the new messages behind, and everything else is as new as this version. For a session that may not
    /// be told of the expunges yet (RFC 9051 §7.5.1); it is no version of the folder and is published to nobody.
    /// </summary>
    /// <param name="view">The earlier version, or what this method made for it.</param>
    /// <param name="expunged">The UIDs of the view that this version lacks (<see cref="FolderDiff.ExpungedUids"/>).</param>
    public FolderIndex WithExpunged(FolderIndex view, UidSet expunged)
    {
        if (expunged.IsEmpty)
            return this;
        var keywords = Keywords;
        var agree = keywords.NumbersAgreeWith(view.Keywords) && keywords.Count >= view.Keywords.Count;
        var rows = new List<MessageRow>();
        var chunks = new List<ColumnChunk>(_chunks.Length + 1);
        var ghosts = PositionsOf(view, expunged).GetEnumerator();
        var more = ghosts.MoveNext();
        foreach (var chunk in _chunks)
        {
            if (!more || view.UidAt(ghosts.Current) > chunk.LastUid)
            {
                chunks.Add(chunk);
                continue;
            }

            for (var row = 0; row < chunk.Count; row++)
            {
                for (; more && view.UidAt(ghosts.Current) < chunk.Cold.Uids[row]; more = ghosts.MoveNext())
                    PutBack(ghosts.Current);
                rows.Add(chunk[row]);
            }

            Flush();
        }

        for (; more; more = ghosts.MoveNext())
            PutBack(ghosts.Current);
        Flush();
        return Assemble(chunks, keywords);

        void PutBack(int position)
        {
            var row = view.RowAt(position);
            if (!agree && row.KeywordSet != 0)
            {
                keywords = keywords.Intern(view.Keywords[row.KeywordSet], out var set);
                row = row with { KeywordSet = set };
            }

            rows.Add(row);
        }

        void Flush()
        {
            var all = rows.ToArray().AsSpan();
            for (; !all.IsEmpty; all = all[Math.Min(all.Length, ColumnChunk.RowsMax)..])
                chunks.Add(ColumnChunk.Of(all[..Math.Min(all.Length, ColumnChunk.RowsMax)]));
            rows.Clear();
        }
    }

    private static IEnumerable<int> PositionsOf(FolderIndex view, UidSet uids)
    {
        foreach (var uid in uids.Uids())
            yield return view.PositionOf(uid);
    }

    private FolderIndex Assemble(List<ColumnChunk> chunks, KeywordSets keywords)
    {
        var starts = new int[chunks.Count];
        int unseen = 0, deleted = 0;
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = i == 0 ? 0 : starts[i - 1] + chunks[i - 1].Count;
            unseen += chunks[i].Unseen;
            deleted += chunks[i].Deleted;
        }

        return new FolderIndex(this, [.. chunks], starts) { Keywords = keywords, Unseen = unseen, Deleted = deleted, Version = Version };
    }
}
