namespace MailCluster.Mailboxes;

// Sets of UIDs: which messages are such and such.
public sealed partial class FolderIndex
{
    /// <summary>The UIDs of all messages.</summary>
    public UidSet AllUids() => UidsAt(0, Exists);

    /// <summary>The UIDs of <paramref name="count"/> messages from <paramref name="position"/> on; what lies past the end is ignored.</summary>
    public UidSet UidsAt(int position, int count)
    {
        var builder = new UidSet.Builder();
        AddUidsAt(position, count, builder);
        return builder.Build();
    }

    /// <summary>As <see cref="UidsAt"/>, into a builder, so that several stretches become one set. Positions must ascend from call to call.</summary>
    public void AddUidsAt(int position, int count, UidSet.Builder builder)
    {
        var end = (int)Math.Min(Exists, (long)position + count);
        foreach (var chunk in ChunksFrom(position))
        {
            if (chunk.FirstPosition >= end)
                break;
            var from = Math.Max(0, position - chunk.FirstPosition);
            var to = Math.Min(chunk.Count, end - chunk.FirstPosition);
            AddUids(builder, chunk.Uids[from..to]);
        }
    }

    /// <summary>Those of <paramref name="uids"/> that exist.</summary>
    public UidSet Existing(UidSet uids)
    {
        var builder = new UidSet.Builder();
        var runs = new UidRuns(this, uids);
        while (runs.MoveNext())
            AddUids(builder, _chunks[runs.Chunk].Uids.Slice(runs.Start, runs.Count));
        return builder.Build();
    }

    /// <summary>How many of <paramref name="uids"/> exist.</summary>
    public int CountExisting(UidSet uids)
    {
        var count = 0;
        var runs = new UidRuns(this, uids);
        while (runs.MoveNext())
            count += runs.Count;
        return count;
    }

    /// <summary>The UIDs of the messages that have all flags of <paramref name="with"/> and none of <paramref name="without"/>.</summary>
    public UidSet UidsWith(SystemFlags with, SystemFlags without = SystemFlags.None)
    {
        var builder = new UidSet.Builder();
        foreach (var chunk in _chunks)
        {
            if ((chunk.Deleted == 0 && (with & SystemFlags.Deleted) != 0) || (chunk.Unseen == 0 && (without & SystemFlags.Seen) != 0))
                continue;
            for (var row = 0; row < chunk.Count; row++)
            {
                if ((chunk.Hot.Flags[row] & (with | without)) == with)
                    builder.Add(chunk.Cold.Uids[row]);
            }
        }

        return builder.Build();
    }

    /// <summary>The UIDs of the messages whose ModSeq is greater than <paramref name="modSeq"/>.</summary>
    public UidSet ChangedSince(ModSeq modSeq)
    {
        var builder = new UidSet.Builder();
        foreach (var chunk in _chunks)
        {
            for (var row = 0; chunk.MaxModSeq > modSeq && row < chunk.Count; row++)
            {
                if (chunk.Hot.ModSeqs[row] > modSeq)
                    builder.Add(chunk.Cold.Uids[row]);
            }
        }

        return builder.Build();
    }

    /// <summary>
    /// The UIDs expunged after <paramref name="modSeq"/>, perhaps with some expunged before; when the history does not reach back that far, every UID
    /// below <see cref="UidNext"/> that is not there (RFC 7162 §3.2.5.1 allows it).
    /// </summary>
    public UidSet VanishedSince(ModSeq modSeq) => modSeq >= Vanished.FloorModSeq ? Vanished.Since(modSeq) : Missing(UidSet.OfRange(1, UidNext - 1));

    /// <summary>Those of <paramref name="uids"/> below <see cref="UidNext"/> that do not exist.</summary>
    public UidSet Missing(UidSet uids)
    {
        var builder = new UidSet.Builder();
        foreach (var range in uids.Intersect(UidSet.OfRange(1, UidNext - 1)))
        {
            var next = (long)range.First;
            for (var position = LowerBound(range.First); position < Exists && UidAt(position) is var uid && uid <= range.Last; position++)
            {
                if (uid > next)
                    builder.Add(new UidRange((uint)next, uid - 1));
                next = (long)uid + 1;
            }

            if (next <= range.Last)
                builder.Add(new UidRange((uint)next, range.Last));
        }

        return builder.Build();
    }

    private static void AddUids(UidSet.Builder builder, ReadOnlySpan<uint> uids)
    {
        if (uids.Length > 0 && uids[^1] - uids[0] == uids.Length - 1)
        {
            builder.Add(new UidRange(uids[0], uids[^1]));
            return;
        }

        foreach (var uid in uids)
            builder.Add(uid);
    }
}
