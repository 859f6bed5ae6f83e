namespace MailCluster.Mailboxes;

/// <summary>
/// Up to <see cref="RowsMax"/> neighbouring messages of one version of a folder. Immutable to everyone who holds it; versions share the chunks
/// that are the same. Hot columns (flags) are apart from cold ones, so that a change of flags copies nine bytes a message.
/// </summary>
/// <remarks>
/// The last chunk grows in place: the arrays are longer than <see cref="Count"/>, and a newer version fills the free rows and sees a greater
/// count. Two versions that grew from one base must not fill the same row: <see cref="TryClaim"/> gives each row to one of them, and the
/// other copies.
/// </remarks>
internal sealed class ColumnChunk
{
    public const int RowsMax = 512;
    public const int RowsMin = 8;

    public ColumnChunk(ColdColumns cold, HotColumns hot, int count)
    {
        Cold = cold;
        Hot = hot;
        Count = count;
        FirstUid = count == 0 ? 0 : cold.Uids[0];
        foreach (var flags in hot.Flags.AsSpan(0, count))
        {
            Unseen += ~(int)flags & (int)SystemFlags.Seen;
            Deleted += ((int)flags & (int)SystemFlags.Deleted) >> 3;
        }

        foreach (var modSeq in hot.ModSeqs.AsSpan(0, count))
        {
            if (modSeq > MaxModSeq)
                MaxModSeq = modSeq;
        }
    }

    private ColumnChunk(ColumnChunk before, int count)
    {
        Cold = before.Cold;
        Hot = before.Hot;
        Count = count;
        FirstUid = before.Count == 0 ? Cold.Uids[0] : before.FirstUid;
        Unseen = before.Unseen;
        Deleted = before.Deleted;
        MaxModSeq = before.MaxModSeq;
        for (var i = before.Count; i < count; i++)
        {
            Unseen += ~(int)Hot.Flags[i] & (int)SystemFlags.Seen;
            Deleted += ((int)Hot.Flags[i] & (int)SystemFlags.Deleted) >> 3;
            if (Hot.ModSeqs[i] > MaxModSeq)
                MaxModSeq = Hot.ModSeqs[i];
        }
    }

    public ColdColumns Cold { get; }

    public HotColumns Hot { get; }

    public int Count { get; }

    public uint FirstUid { get; }

    public uint LastUid => Cold.Uids[Count - 1];

    public int Unseen { get; }

    public int Deleted { get; }

    public ModSeq MaxModSeq { get; }

    public int Capacity => Cold.Uids.Length;

    public ReadOnlySpan<uint> Uids => Cold.Uids.AsSpan(0, Count);

    public long MemoryBytes => 160 + Cold.MemoryBytes + Hot.MemoryBytes;

    public MessageRow this[int row]
    {
        get
        {
            ref readonly var facts = ref Cold.Facts[row];
            return new MessageRow(
                Cold.Uids[row], Hot.Flags[row], Hot.KeywordSetAt(row), Hot.ModSeqs[row], facts.InternalDate, facts.SaveDate, facts.Size, facts.EmailId,
                facts.Body);
        }
    }

    /// <summary>This chunk with <paramref name="rows"/> behind its own; they fit into <see cref="RowsMax"/>.</summary>
    public ColumnChunk Append(ReadOnlySpan<MessageRow> rows)
    {
        var count = Count + rows.Length;
        var hasKeywords = Hot.KeywordSets is not null || AnyKeyword(rows);
        if (count <= Capacity && hasKeywords == (Hot.KeywordSets is not null) && TryClaim(count))
        {
            Fill(Cold, Hot, Count, rows);
            return new ColumnChunk(this, count);
        }

        var capacity = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count), RowsMin, RowsMax);
        var cold = Cold.Copy(Count, capacity, count);
        var hot = Hot.Copy(Count, capacity, count, hasKeywords);
        Fill(cold, hot, Count, rows);
        return new ColumnChunk(cold, hot, count);
    }

    public static ColumnChunk Of(ReadOnlySpan<MessageRow> rows)
    {
        var capacity = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows.Length), RowsMin, RowsMax);
        var cold = new ColdColumns(capacity, rows.Length);
        var hot = new HotColumns(capacity, rows.Length, AnyKeyword(rows));
        Fill(cold, hot, 0, rows);
        return new ColumnChunk(cold, hot, rows.Length);
    }

    /// <summary>The rows of <paramref name="left"/> and <paramref name="right"/> in one chunk; they fit.</summary>
    public static ColumnChunk Merge(ColumnChunk left, ColumnChunk right)
    {
        var count = left.Count + right.Count;
        var cold = left.Cold.Copy(left.Count, count, count);
        var hot = left.Hot.Copy(left.Count, count, count, left.Hot.KeywordSets is not null || right.Hot.KeywordSets is not null);
        cold.CopyRows(right.Cold, 0, left.Count, right.Count);
        hot.CopyRows(right.Hot, 0, left.Count, right.Count);
        return new ColumnChunk(cold, hot, count);
    }

    /// <summary>This chunk without the rows marked in <paramref name="gone"/>, or null when none is left.</summary>
    public ColumnChunk? Without(ReadOnlySpan<bool> gone, int goneCount)
    {
        var count = Count - goneCount;
        if (count == 0)
            return null;
        var cold = new ColdColumns(count, count);
        var hot = new HotColumns(count, count, Hot.KeywordSets is not null);
        for (int from = 0, to = 0; from < Count;)
        {
            var run = gone[from..Count].IndexOf(true);
            run = run < 0 ? Count - from : run;
            cold.CopyRows(Cold, from, to, run);
            hot.CopyRows(Hot, from, to, run);
            from += run;
            to += run;
            while (from < Count && gone[from])
                from++;
        }

        return new ColumnChunk(cold, hot, count);
    }

    private static void Fill(ColdColumns cold, HotColumns hot, int at, ReadOnlySpan<MessageRow> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            cold.Uids[at + i] = row.Uid;
            cold.Facts[at + i] = new MessageFacts(row.EmailId, row.InternalDate, row.Body, row.SaveDate, row.Size);
            hot.Flags[at + i] = row.Flags;
            hot.ModSeqs[at + i] = row.ModSeq;
            if (hot.KeywordSets is { } sets)
                sets[at + i] = row.KeywordSet;
        }
    }

    private static bool AnyKeyword(ReadOnlySpan<MessageRow> rows)
    {
        foreach (ref readonly var row in rows)
        {
            if (row.KeywordSet != 0)
                return true;
        }

        return false;
    }

    private bool TryClaim(int count) => Cold.TryClaim(Count, count) && Hot.TryClaim(Count, count);
}

/// <summary>UIDs and facts of a chunk. Rows below the claimed count never change.</summary>
internal sealed class ColdColumns(int capacity, int claimed)
{
    private int _claimed = claimed;

    public uint[] Uids { get; } = new uint[capacity];

    public MessageFacts[] Facts { get; } = new MessageFacts[capacity];

    public long MemoryBytes => 80 + Uids.Length * 44L;

    /// <summary>Takes the rows from <paramref name="from"/> to <paramref name="to"/> for the caller alone; false when another version has them.</summary>
    public bool TryClaim(int from, int to) => Interlocked.CompareExchange(ref _claimed, to, from) == from;

    public ColdColumns Copy(int rows, int newCapacity, int newClaimed)
    {
        var copy = new ColdColumns(newCapacity, newClaimed);
        copy.CopyRows(this, 0, 0, rows);
        return copy;
    }

    public void CopyRows(ColdColumns source, int from, int to, int rows)
    {
        source.Uids.AsSpan(from, rows).CopyTo(Uids.AsSpan(to));
        source.Facts.AsSpan(from, rows).CopyTo(Facts.AsSpan(to));
    }
}

/// <summary>Flags, keywords and change counters of a chunk. <see cref="KeywordSets"/> is null while no message has a keyword.</summary>
internal sealed class HotColumns(int capacity, int claimed, bool hasKeywords)
{
    private int _claimed = claimed;

    public SystemFlags[] Flags { get; } = new SystemFlags[capacity];

    public ModSeq[] ModSeqs { get; } = new ModSeq[capacity];

    public int[]? KeywordSets { get; private set; } = hasKeywords ? new int[capacity] : null;

    public long MemoryBytes => 80 + Flags.Length * 9L + (KeywordSets is null ? 0 : 24 + Flags.Length * 4L);

    public int KeywordSetAt(int row) => KeywordSets is { } sets ? sets[row] : 0;

    /// <summary>As <see cref="ColdColumns.TryClaim"/>.</summary>
    public bool TryClaim(int from, int to) => Interlocked.CompareExchange(ref _claimed, to, from) == from;

    public HotColumns Copy(int rows, int newCapacity, int newClaimed, bool keywords)
    {
        var copy = new HotColumns(newCapacity, newClaimed, keywords);
        copy.CopyRows(this, 0, 0, rows);
        return copy;
    }

    public void CopyRows(HotColumns source, int from, int to, int rows)
    {
        source.Flags.AsSpan(from, rows).CopyTo(Flags.AsSpan(to));
        source.ModSeqs.AsSpan(from, rows).CopyTo(ModSeqs.AsSpan(to));
        if (source.KeywordSets is { } sets)
            sets.AsSpan(from, rows).CopyTo(KeywordSets.AsSpan(to));
    }

    /// <summary>The keyword column for writing; only before the columns are shown to anyone else.</summary>
    public int[] WritableKeywordSets() => KeywordSets ??= new int[Flags.Length];
}
