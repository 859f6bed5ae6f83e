using MailCluster.Actors;
using Xunit.Abstractions;

namespace MailCluster.Persistence.Tests;

/// <summary>Journals that fail before and after they store: an asker that repeats its command id gets it done exactly once.</summary>
public sealed class ExactlyOnceTests(ITestOutputHelper output) : LedgerTest
{
    protected override PersistenceOptions Options => base.Options with { SnapshotAfterEvents = 7 };

    [Fact]
    public async Task A_write_that_failed_before_it_was_stored_is_done_by_the_repetition()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        var id = Guid.NewGuid();
        Journal.Faults.FailNextAppend();

        var failure = await Assert.ThrowsAsync<PersistenceUnavailableException>(() => BookAsync(ledger, "a", 10, id));
        Assert.IsType<JournalUnavailableException>(failure.InnerException);
        Assert.Equal(11, await BookAsync(ledger, "a", 10, id));
        Assert.Equal(11, await SumAsync(ledger, "a"));
        Assert.Equal(2, ledger.Recovered.Count);
    }

    [Fact]
    public async Task A_write_that_was_stored_and_reported_as_unknown_is_answered_from_the_record()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        var id = Guid.NewGuid();
        Journal.Faults.FailNextAppendAfterStoring();

        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => BookAsync(ledger, "a", 10, id));
        Assert.Equal(11, await BookAsync(ledger, "a", 10, id));
        Assert.Equal(11, await SumAsync(ledger, "a"));
        Assert.Equal(2, Journal.Writes);
    }

    [Fact]
    public async Task What_was_decided_on_a_failed_write_fails_with_it_and_earlier_answers_stand()
    {
        var ledger = Open();
        await SumAsync(ledger, "a");
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();
        var before = SumAsync(ledger, "a");
        var command = BookAsync(ledger, "a", 10);
        var query = SumAsync(ledger, "a");
        var refused = BookAsync(ledger, "a", -100);
        Journal.Faults.FailNextAppend();
        hold.Release();
        await first;

        Assert.Equal(1, await before);
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => command);
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => query);
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => refused);
        Assert.Equal(1, await SumAsync(ledger, "a"));
    }

    [Fact]
    public async Task A_second_writer_is_noticed_and_its_writes_are_taken_in()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        var other = Open();
        await BookAsync(other, "a", 5);

        var conflict = await Assert.ThrowsAsync<PersistenceUnavailableException>(() => BookAsync(ledger, "a", 100));
        Assert.IsType<SequenceConflictException>(conflict.InnerException);
        Assert.Equal(106, await BookAsync(ledger, "a", 100));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_fails_commands_until_it_can()
    {
        Journal.Faults.FailNextRead();
        var failing = Open();
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => SumAsync(failing, "a"));
        await Assert.ThrowsAsync<ActorStoppedException>(() => SumAsync(failing, "a"));

        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        Journal.Faults.FailNextAppend();
        Journal.Faults.FailNextRead();
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => BookAsync(ledger, "a", 1));
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => SumAsync(ledger, "a"));
        Assert.Equal(1, await SumAsync(ledger, "a"));
    }

    [Fact]
    public async Task A_fenced_writer_stops_for_good_and_says_so_once()
    {
        var ledger = Open();
        var idle = Open("idle");
        await BookAsync(ledger, "a", 1);
        await BookAsync(idle, "a", 1);
        await Writers.RegisterAsync("n1", CancellationToken.None);
        var hold = Journal.Faults.HoldAppends();
        var first = BookAsync(ledger, "a", 1);
        await hold.WaitForAppendAsync();
        var second = BookAsync(ledger, "a", 1);
        hold.Release();

        await Assert.ThrowsAsync<WriterFencedException>(() => first);
        await Assert.ThrowsAsync<ActorStoppedException>(() => second);
        await Assert.ThrowsAsync<WriterFencedException>(() => BookAsync(idle, "a", 1));
        await Assert.ThrowsAsync<WriterFencedException>(() => SumAsync(Open(), "a"));
        Assert.Equal(Writer, Assert.Single(Fences).Generation);
        Assert.Equal(2, Journal.Writes);
    }

    /// <summary>Clients that repeat until they are answered, on a journal that fails at random before and after storing, and actors that come and go.</summary>
    [Fact]
    public async Task Under_random_failures_every_command_counts_once()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        const int Clients = 8;
        const int Commands = 150;
        var ledger = Open();
        var faults = new Random(seed);

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < Commands; i++)
            {
                var id = Guid.NewGuid();
                while (true)
                {
                    lock (faults)
                    {
                        switch (faults.Next(40))
                        {
                            case 0:
                                Journal.Faults.FailNextAppend();
                                break;
                            case 1:
                                Journal.Faults.FailNextAppendAfterStoring();
                                break;
                            case 2:
                                Journal.Faults.FailNextRead();
                                break;
                            case 3:
                                Snapshots.FailNextSave();
                                break;
                            case 4:
                                _ = ReplaceAsync();
                                break;
                        }
                    }

                    try
                    {
                        await BookAsync(Volatile.Read(ref ledger), $"c{client}", 1, id);
                        break;
                    }
                    catch (Exception failure) when (failure is PersistenceUnavailableException or ActorStoppedException)
                    {
                        if (failure is ActorStoppedException)
                        {
                            await ReplaceAsync();
                        }

                        await Task.Yield();
                    }
                }
            }
        })));

        // Two actors of one name may have met; the journal's numbers kept them apart.
        var last = Open();
        for (var client = 0; client < Clients; client++)
        {
            long sum;
            try
            {
                sum = await SumAsync(last, $"c{client}");
            }
            catch (Exception failure) when (failure is PersistenceUnavailableException or ActorStoppedException)
            {
                // A fault that no append or read had met yet.
                last = Open();
                client--;
                continue;
            }

            Assert.True(sum == Commands, $"seed {seed}: client {client} counted {sum}");
        }

        async Task ReplaceAsync()
        {
            var old = Interlocked.Exchange(ref ledger, Open());
            await old.StopAsync();
        }
    }
}
