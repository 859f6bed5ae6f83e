namespace MailCluster.Persistence.Tests;

public sealed class PersistentActorTests : LedgerTest
{
    [Fact]
    public async Task A_command_is_durable_before_its_answer_and_found_again()
    {
        var ledger = Open();
        Assert.Equal(5, await BookAsync(ledger, "a", 5));
        Assert.Equal(1, Journal.Writes);
        Assert.Equal(12, await BookAsync(ledger, "a", 7));
        await ledger.StopAsync();

        var again = Open();
        Assert.Equal(12, await SumAsync(again, "a"));
        Assert.Single(again.Recovered);
    }

    [Fact]
    public async Task What_queues_up_during_a_write_shares_the_next_one()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();
        var rest = Enumerable.Range(0, 100).Select(_ => BookAsync(ledger, "a", 1)).ToArray();
        hold.Release();

        Assert.Equal(1, await first);
        Assert.Equal(Enumerable.Range(2, 100).Select(i => (long)i), await Task.WhenAll(rest));
        Assert.Equal(2, Journal.Writes);
        Assert.Equal([1, 100], ledger.Committed);
    }

    [Fact]
    public async Task A_query_behind_a_command_waits_for_its_write_and_one_before_it_does_not()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();

        // These make one batch.
        var before = SumAsync(ledger, "a");
        var command = BookAsync(ledger, "a", 10);
        var behind = SumAsync(ledger, "a");
        var hold2 = Journal.Faults.HoldAppends();
        hold.Release();
        await hold2.WaitForAppendAsync();

        Assert.Equal(1, await before);
        Assert.False(command.IsCompleted);
        Assert.False(behind.IsCompleted);
        hold2.Release();
        Assert.Equal(11, await behind);
        await command;
        await first;
    }

    [Fact]
    public async Task A_refusal_changes_nothing_and_fails_only_its_asker()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 5);
        await Assert.ThrowsAsync<OverdrawnException>(() => BookAsync(ledger, "a", -6));
        Assert.Equal(5, await SumAsync(ledger, "a"));
        Assert.Equal(1, Journal.Writes);
    }

    [Fact]
    public async Task A_write_is_as_durable_as_its_strictest_command()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        Assert.Equal(Durability.OsBuffers, await WriteAsync(Durability.OsBuffers));
        Assert.Equal(Durability.Disk, await WriteAsync(Durability.Disk));
        Assert.Equal(Durability.OsBuffers, await WriteAsync(Durability.OsBuffers, Durability.OsBuffers));
        Assert.Equal(Durability.Disk, await WriteAsync(Durability.OsBuffers, Durability.Disk, Durability.OsBuffers));

        async Task<Durability> WriteAsync(params Durability[] durabilities)
        {
            var gate = Journal.Faults.HoldAppends();
            var opening = BookAsync(ledger, "gate", 1);
            await gate.WaitForAppendAsync();
            var commands = durabilities.Select(durability => AskAsync(ledger, new Book(Guid.NewGuid(), "a", 1, durability))).ToArray();
            var hold = Journal.Faults.HoldAppends();
            gate.Release();
            await opening;
            var write = await hold.WaitForAppendAsync();
            hold.Release();
            await Task.WhenAll(commands);
            return write.Durability;
        }
    }

    [Fact]
    public async Task A_command_sent_twice_in_one_batch_is_carried_out_once_and_answered_twice()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "gate", 1);
        await hold.WaitForAppendAsync();
        var id = Guid.NewGuid();
        var one = BookAsync(ledger, "a", 3, id);
        var two = BookAsync(ledger, "a", 3, id);
        hold.Release();
        await first;

        Assert.Equal(3, await one);
        Assert.Equal(3, await two);
        Assert.Equal(3, await SumAsync(ledger, "a"));
        Assert.Equal(3, await BookAsync(ledger, "a", 3, id));
        Assert.Equal(3, await SumAsync(ledger, "a"));
    }

    [Fact]
    public async Task A_very_large_batch_is_split_but_never_a_command()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();
        var rest = Enumerable.Range(0, 5).Select(_ => BookAsync(ledger, "a", 1, parts: 3000)).ToArray();
        hold.Release();
        await first;
        await Task.WhenAll(rest);

        Assert.Equal([1, 6000, 6000, 3000], ledger.Committed);
    }

    [Theory]
    [InlineData("decide")]
    [InlineData("apply")]
    [InlineData("reply")]
    public async Task A_bug_in_one_command_fails_it_alone(string where)
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();
        var before = BookAsync(ledger, "a", 10);
        var bug = AskAsync(ledger, new Bug(where));
        var after = BookAsync(ledger, "a", 100);
        hold.Release();
        await first;

        Assert.Equal(12, await before);
        await Assert.ThrowsAsync<FormatException>(() => bug);
        Assert.Equal(112, await after);
        Assert.Equal(0, await SumAsync(ledger, "half"));
        await ledger.StopAsync();
        Assert.Equal(112, await SumAsync(Open(), "a"));
    }

    [Fact]
    public async Task A_bug_in_encoding_fails_the_commands_of_the_write()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        await Assert.ThrowsAsync<FormatException>(() => AskAsync(ledger, new Bug("encode")));

        Assert.Equal(0, await SumAsync(ledger, "encode"));
        Assert.Equal(3, await BookAsync(ledger, "a", 2));
    }

    [Fact]
    public async Task A_bug_in_publishing_does_not_undo_what_is_durable()
    {
        var ledger = Open();
        ledger.PublishThrows = new FormatException();
        Assert.Equal(1, await BookAsync(ledger, "a", 1));
        Assert.Equal(2, await BookAsync(ledger, "a", 1));
    }

    [Fact]
    public async Task An_estimate_of_memory_follows_the_state()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        Assert.Equal(110, ledger.MemoryBytes);
        await BookAsync(ledger, "b", 1);
        Assert.Equal(120, ledger.MemoryBytes);
    }

    [Fact]
    public async Task Only_so_many_actors_recover_at_once()
    {
        // All permits but the last are taken by recoveries that cannot end.
        using var held = new HeldReads(Journal);
        var context = new PersistenceContext(
            Context.System, held, Snapshots, Writer, new PersistenceOptions { RecoveriesMax = 3 }, Time,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, Fences.Add);
        var asks = Enumerable.Range(0, 10).Select(i => SumAsync(new Ledger(context, $"l{i}"), "a")).ToArray();
        for (var i = 0; i < 3; i++)
        {
            await held.ArrivedAsync();
        }

        Assert.Equal(3, held.Waiting);
        held.Open();
        await Task.WhenAll(asks);
        Assert.Equal(3, held.MostWaiting);
        context.Dispose();
    }

    /// <summary>A journal whose replays wait.</summary>
    private sealed class HeldReads(IJournal inner) : IJournal, IDisposable
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _arrived = new(0);
        private int _waiting;

        internal int Waiting => Volatile.Read(ref _waiting);

        internal int MostWaiting { get; private set; }

        public ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken) => inner.AppendAsync(write, cancellationToken);

        public async IAsyncEnumerable<JournalEntry> ReplayAsync(
            PersistenceId actor, SequenceNr after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            lock (_arrived)
            {
                MostWaiting = Math.Max(MostWaiting, ++_waiting);
            }

            _arrived.Release();
            await _open.Task;
            await foreach (var entry in inner.ReplayAsync(actor, after, cancellationToken))
            {
                yield return entry;
            }

            lock (_arrived)
            {
                _waiting--;
            }
        }

        public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken) =>
            inner.GetHighestSequenceNrAsync(actor, cancellationToken);

        public ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken) =>
            inner.TrimAsync(actor, upTo, olderThan, cancellationToken);

        public IAsyncEnumerable<PersistenceId> ListActorsAsync(CancellationToken cancellationToken) => inner.ListActorsAsync(cancellationToken);

        public void Dispose() => _arrived.Dispose();

        internal Task ArrivedAsync() => _arrived.WaitAsync();

        internal void Open() => _open.TrySetResult();
    }
}
