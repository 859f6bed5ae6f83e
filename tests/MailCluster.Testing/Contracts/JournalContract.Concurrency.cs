using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_thousand_actors_at_once_each_get_their_own_stream()
    {
        const int Actors = 1000;
        const int Writes = 5;
        await Task.WhenAll(Enumerable.Range(0, Actors).Select(actor => Task.Run(async () =>
        {
            for (var i = 0; i < Writes; i++)
            {
                await AppendAsync($"u{actor}@x", i, Payload((actor * Writes) + i, 64), durability: i % 2 == 0 ? Durability.Disk : Durability.OsBuffers);
            }
        })));

        for (var actor = 0; actor < Actors; actor++)
        {
            var entries = await ReplayAsync($"u{actor}@x");
            Assert.Equal(Writes, entries.Count);
            for (var i = 0; i < Writes; i++)
            {
                Assert.True(entries[i].Payload.Span.SequenceEqual(Payload((actor * Writes) + i, 64)));
            }
        }
    }

    [Fact]
    public async Task A_refused_append_fails_alone()
    {
        var dead = await Writers.RegisterAsync("other", CancellationToken.None);
        await Writers.FenceAsync(dead, CancellationToken.None);

        // Started together, so that a journal with group commit puts them into one transaction.
        var tasks = new List<(int Kind, Task Task)>();
        for (var i = 0; i < 300; i++)
        {
            var kind = i % 3;
            tasks.Add((kind, kind switch
            {
                0 => AppendAsync($"good{i}@x", 0, [1]).AsTask(),
                1 => AppendAsync($"gap{i}@x", 7, [1]).AsTask(),
                _ => AppendAsync($"dead{i}@x", 0, [1], dead).AsTask(),
            }));
        }

        foreach (var (kind, task) in tasks)
        {
            switch (kind)
            {
                case 0:
                    await task;
                    break;
                case 1:
                    await Assert.ThrowsAsync<SequenceConflictException>(() => task);
                    break;
                default:
                    Assert.Equal(dead, (await Assert.ThrowsAsync<WriterFencedException>(() => task)).Generation);
                    break;
            }
        }

        for (var i = 0; i < 300; i++)
        {
            var name = (i % 3) switch { 0 => "good", 1 => "gap", _ => "dead" };
            Assert.Equal(name == "good" ? 1 : 0, await HighestAsync($"{name}{i}@x"));
        }
    }

    [Fact]
    public async Task Writes_of_one_actor_queued_in_order_all_land()
    {
        // The actor has one write in flight at a time, but a journal that batches must keep the order of those that wait in one batch.
        var tasks = Enumerable.Range(0, 100).Select(i => AppendAsync("a@x", i, [(byte)i]).AsTask()).ToArray();
        await Task.WhenAll(tasks);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), (await ReplayAsync("a@x")).Select(entry => entry.Payload.Span[0]));
    }

    [Fact]
    public async Task Replays_run_beside_appends_and_see_whole_prefixes()
    {
        for (var i = 0; i < 50; i++)
        {
            await AppendAsync("a@x", i, Payload(i, 300));
        }

        var writing = Task.Run(async () =>
        {
            for (var i = 50; i < 250; i++)
            {
                await AppendAsync("a@x", i, Payload(i, 300));
            }
        });

        var seen = 50;
        while (!writing.IsCompleted)
        {
            var entries = await ReplayAsync("a@x");
            Assert.True(entries.Count >= seen, $"{entries.Count} entries after {seen} were seen");
            for (var i = 0; i < entries.Count; i++)
            {
                Assert.Equal(i + 1, entries[i].SequenceNr.Value);
                Assert.True(entries[i].Payload.Span.SequenceEqual(Payload(i, 300)));
            }

            seen = entries.Count;
        }

        await writing;
        Assert.Equal(250, (await ReplayAsync("a@x")).Count);
    }

    [Fact]
    public async Task A_replay_that_is_left_early_holds_nothing_up()
    {
        for (var i = 0; i < 600; i++)
        {
            await AppendAsync("a@x", i, Payload(i, 50));
        }

        await foreach (var entry in Journal.ReplayAsync(new PersistenceId("a@x"), SequenceNr.Zero, CancellationToken.None))
        {
            if (entry.SequenceNr.Value == 3)
            {
                // While the reader stands still, writers go on.
                await AppendAsync("a@x", 600, [1]);
                break;
            }
        }

        await AppendAsync("a@x", 601, [1]);
        Assert.Equal(602, await HighestAsync("a@x"));
    }
}
