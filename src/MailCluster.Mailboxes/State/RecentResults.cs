using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// What recent commands answered, so that one that is sent again (its answer was lost with a node or a connection) gets the same answer and
/// does not run twice. Bounded by count and by age; both go by the events, so that every replay ends with the same.
/// </summary>
/// <remarks>
/// What is kept has to reach as far back as what may come again: all that one node may have under way to an account when its answers are lost, and that is
/// as much as its region sends without an answer (<see cref="Cluster.ShardRegionOptions.BufferMax"/>), not one command a session. Nothing comes again after
/// its sender's time is over; older results are kept only while they are few.
/// <para>A value: adding gives another one, and this one stays as it is. Every command adds one and looks one up, so successive values share what they can: the entries, in
/// chunks that are appended to in place, of which each value sees its own part; and the table by id, which is that of the newest value. One that is not the newest, since a write
/// failed and its commands never were, searches its entries, and what is added to it begins a table and chunks of its own.</para>
/// <para>One thread at a time, as all of an actor's state.</para>
/// </remarks>
internal sealed class RecentResults
{
    /// <summary>How many are kept at most.</summary>
    public const int CountMax = 4096;

    /// <summary>How many of those older than <see cref="AgeMin"/> are kept: they are in memory and in each snapshot, and hardly needed.</summary>
    public const int OldCountMax = 256;

    /// <summary>Younger ones are kept but for <see cref="CountMax"/>: twice as long as a sender goes on trying by default.</summary>
    public static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(1);

    /// <summary>How long one is kept, at least: far longer than any sender goes on trying (deadlines are seconds).</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Between two commands so much counts at most, and nothing if the clock went back: commands carry the wall clock of the node that decided them, and
    /// a clock that is set, or that of the next owner, must not make a result old that is still asked for. Well under <see cref="AgeMin"/>.
    /// </summary>
    private static readonly TimeSpan s_stepMax = TimeSpan.FromSeconds(20);

    /// <summary>So many are found as fast without a table: most accounts have no more.</summary>
    private const int TableMin = 17;

    private readonly RecentChunk[] _chunks;
    private readonly Lineage? _lineage;

    /// <summary>Each entry has a number, from 0 on: these are kept.</summary>
    private readonly long _first;
    private readonly long _end;
    private readonly DateTimeOffset _newest;
    private readonly TimeSpan _age;

    /// <param name="chunks">Of all entries, oldest first.</param>
    /// <param name="lineage">What the values share.</param>
    /// <param name="first">The number of the oldest entry.</param>
    /// <param name="end">The number behind that of the newest.</param>
    /// <param name="newest">The time of the last.</param>
    /// <param name="age">How long the first was before the last, step by step.</param>
    private RecentResults(RecentChunk[] chunks, Lineage? lineage, long first, long end, DateTimeOffset newest, TimeSpan age)
    {
        _chunks = chunks;
        _lineage = lineage;
        _first = first;
        _end = end;
        _newest = newest;
        _age = age;
    }

    public static RecentResults Empty { get; } = new([], null, 0, 0, default, TimeSpan.Zero);

    public int Count => (int)(_end - _first);

    /// <summary>The chunks, oldest first, with the part of each that is kept.</summary>
    internal IEnumerable<(RecentChunk Chunk, Range Kept)> Chunks
    {
        get
        {
            foreach (var chunk in _chunks)
                yield return (chunk, (int)Math.Max(0, _first - chunk.Begin)..(int)Math.Min(RecentChunk.CountMax, _end - chunk.Begin));
        }
    }

    public IEnumerable<RecentEntry> InOrder()
    {
        for (var number = _first; number < _end; number++)
            yield return EntryAt(number);
    }

    public bool TryGet(CommandId id, [NotNullWhen(true)] out object? result)
    {
        if (_lineage?.Table is { } table && _lineage.End == _end)
        {
            result = table.TryGetValue(id, out var number) ? EntryAt(number).Result : null;
            return result is not null;
        }

        for (var number = _end - 1; number >= _first; number--)
        {
            ref readonly var entry = ref EntryAt(number);
            if (entry.Id == id)
            {
                result = entry.Result;
                return true;
            }
        }

        result = null;
        return false;
    }

    public RecentResults Add(CommandId id, DateTimeOffset time, object result)
    {
        if (id.IsNone || TryGet(id, out _))
            return this;
        return _lineage is null || _lineage.End == _end ? Append(new RecentEntry(id, time, result)) : Copy().Append(new RecentEntry(id, time, result));
    }

    private static TimeSpan Step(DateTimeOffset from, DateTimeOffset to)
    {
        var step = to - from;
        return step <= TimeSpan.Zero ? TimeSpan.Zero : step < s_stepMax ? step : s_stepMax;
    }

    // Only on the newest value.
    private RecentResults Append(RecentEntry entry)
    {
        var lineage = _lineage ?? new Lineage();
        var chunks = _chunks;
        if (chunks.Length == 0 || _end == chunks[^1].Begin + RecentChunk.CountMax)
            chunks = [.. chunks, new RecentChunk(_end)];
        chunks[^1].Append(entry);
        lineage.End = _end + 1;
        lineage.Table?.Add(entry.Id, _end);

        var first = _first;
        var age = Count == 0 ? TimeSpan.Zero : _age + Step(_newest, entry.Time);
        while (lineage.End - first > CountMax || age > AgeMax || (age > AgeMin && lineage.End - first > OldCountMax))
        {
            ref readonly var oldest = ref At(chunks, first++);
            lineage.Table?.Remove(oldest.Id);
            age -= Step(oldest.Time, At(chunks, first).Time);
        }

        if (first - chunks[0].Begin >= RecentChunk.CountMax)
            chunks = [.. chunks.SkipWhile(chunk => first - chunk.Begin >= RecentChunk.CountMax)];
        var results = new RecentResults(chunks, lineage, first, lineage.End, entry.Time, age);
        if (lineage.Table is null && results.Count >= TableMin)
            lineage.Table = results.MakeTable();
        return results;
    }

    // The same, sharing nothing.
    private RecentResults Copy()
    {
        var chunks = new List<RecentChunk>();
        for (var number = _first; number < _end; number++)
        {
            if (chunks.Count == 0 || number == chunks[^1].Begin + RecentChunk.CountMax)
                chunks.Add(new RecentChunk(number));
            chunks[^1].Append(EntryAt(number));
        }

        return new RecentResults([.. chunks], new Lineage { End = _end, Table = Count >= TableMin ? MakeTable() : null }, _first, _end, _newest, _age);
    }

    private Dictionary<CommandId, long> MakeTable()
    {
        var table = new Dictionary<CommandId, long>(Count * 2);
        for (var number = _first; number < _end; number++)
            table.Add(EntryAt(number).Id, number);
        return table;
    }

    private ref readonly RecentEntry EntryAt(long number) => ref At(_chunks, number);

    private static ref readonly RecentEntry At(RecentChunk[] chunks, long number)
    {
        var place = number - chunks[0].Begin;
        return ref chunks[(int)(place / RecentChunk.CountMax)][(int)(place % RecentChunk.CountMax)];
    }

    /// <summary>What successive values share.</summary>
    private sealed class Lineage
    {
        /// <summary>The number behind the newest value's newest entry.</summary>
        public long End { get; set; }

        /// <summary>The newest value's entries by command; null while they are few.</summary>
        public Dictionary<CommandId, long>? Table { get; set; }
    }
}

/// <summary>What one command answered.</summary>
internal readonly record struct RecentEntry(CommandId Id, DateTimeOffset Time, object Result);

/// <summary>Entries in a row; only appended to.</summary>
/// <param name="begin">The number of the first.</param>
internal sealed class RecentChunk(long begin)
{
    public const int CountMax = 256;

    private const int CountFirst = 4;

    private RecentEntry[] _entries = new RecentEntry[CountFirst];
    private int _count;

    public long Begin => begin;

    /// <summary>What a snapshot holds of the entries, once the chunk is full; null until someone keeps it here.</summary>
    public StoredResults? Stored { get; set; }

    public bool IsFull => _count == CountMax;

    public ref readonly RecentEntry this[int index] => ref _entries[index];

    public void Append(in RecentEntry entry)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count++] = entry;
    }
}
