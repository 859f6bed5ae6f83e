using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IWriterRegistry"/> keeps together with its journal and snapshots: a dead generation never writes again.</summary>
public abstract class WriterRegistryContract : StorageContract
{
    [Fact]
    public async Task Generations_grow_and_a_new_run_ends_the_one_before()
    {
        var second = await Writers.RegisterAsync("n1", CancellationToken.None);

        Assert.True(second.Value > Writer.Value);
        Assert.False(await Writers.IsAliveAsync(Writer, CancellationToken.None));
        Assert.True(await Writers.IsAliveAsync(second, CancellationToken.None));
    }

    [Fact]
    public async Task Other_nodes_stay_alive()
    {
        var other = await Writers.RegisterAsync("n2", CancellationToken.None);
        var again = await Writers.RegisterAsync("n2", CancellationToken.None);

        Assert.True(again.Value > other.Value && other.Value > Writer.Value);
        Assert.True(await Writers.IsAliveAsync(Writer, CancellationToken.None));
        await AppendAsync("a@x", 0, [1]);
        await AppendAsync("a@x", 1, [2], again);
    }

    [Fact]
    public async Task Numbers_are_never_given_twice_even_after_a_restart()
    {
        await Writers.FenceAsync(Writer, CancellationToken.None);
        await Harness.ReopenAsync();
        var next = await Writers.RegisterAsync("n1", CancellationToken.None);

        Assert.True(next.Value > Writer.Value);
        Assert.False(await Writers.IsAliveAsync(Writer, CancellationToken.None));
    }

    [Fact]
    public async Task A_generation_survives_a_restart_of_the_store()
    {
        await Harness.ReopenAsync();
        Assert.True(await Writers.IsAliveAsync(Writer, CancellationToken.None));
        await AppendAsync("a@x", 0, [1]);
    }

    [Fact]
    public async Task A_dead_or_unknown_generation_cannot_append()
    {
        await AppendAsync("a@x", 0, [1]);
        await Writers.FenceAsync(Writer, CancellationToken.None);
        await Writers.FenceAsync(Writer, CancellationToken.None);

        var fenced = await Assert.ThrowsAsync<WriterFencedException>(async () => await AppendAsync("a@x", 1, [2]));
        Assert.Equal(Writer, fenced.Generation);
        await Assert.ThrowsAsync<WriterFencedException>(async () => await AppendAsync("a@x", 1, [2], new WriterGeneration(987_654)));
        Assert.Equal(1, await HighestAsync("a@x"));
    }

    [Fact]
    public async Task A_dead_generation_cannot_save_a_snapshot()
    {
        await AppendAsync("a@x", 0, [1]);
        var next = await Writers.RegisterAsync("n1", CancellationToken.None);
        var actor = new PersistenceId("a@x");
        SnapshotPart[] parts = [new SnapshotPart("p", new byte[] { 1 })];

        await Assert.ThrowsAsync<WriterFencedException>(
            async () => await Snapshots.SaveAsync(actor, new SequenceNr(1), Writer, parts, [], CancellationToken.None));

        Assert.Null(await Snapshots.LoadAsync(actor, CancellationToken.None));
        await Snapshots.SaveAsync(actor, new SequenceNr(1), next, parts, [], CancellationToken.None);
        Assert.NotNull(await Snapshots.LoadAsync(actor, CancellationToken.None));
    }

    /// <summary>
    /// The race that fencing is about: appends of the old run are under way while a new run registers. What had landed when the registration
    /// completed is the history; nothing may be added to it later by the old run, and every append that was acknowledged is in it.
    /// </summary>
    [Fact]
    public async Task After_a_registration_nothing_of_the_old_run_lands()
    {
        const int Actors = 64;
        const int Rounds = 12;
        for (var round = 0; round < Rounds; round++)
        {
            var old = await Writers.RegisterAsync("n1", CancellationToken.None);
            var prefix = $"r{round}-";
            var acknowledged = new long[Actors];
            var started = Enumerable.Range(0, Actors).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
            var appending = Enumerable.Range(0, Actors).Select(actor => Task.Run(async () =>
            {
                for (var after = 0L; ; after++)
                {
                    try
                    {
                        await AppendAsync($"{prefix}{actor}@x", after, [(byte)round], old);
                        Volatile.Write(ref acknowledged[actor], after + 1);
                        if (after == 0)
                        {
                            started[actor].TrySetResult();
                        }

                        // A store that answers at once must not keep the registration off the thread pool.
                        await Task.Yield();
                    }
                    catch (WriterFencedException)
                    {
                        return;
                    }
                }
            })).ToArray();

            await Task.WhenAll(started.Select(first => first.Task));
            var taker = await Writers.RegisterAsync("n1", CancellationToken.None);
            var history = new long[Actors];
            for (var actor = 0; actor < Actors; actor++)
            {
                history[actor] = await HighestAsync($"{prefix}{actor}@x");
            }

            await Task.WhenAll(appending);
            for (var actor = 0; actor < Actors; actor++)
            {
                Assert.Equal(history[actor], await HighestAsync($"{prefix}{actor}@x"));
                Assert.InRange(acknowledged[actor], 1, history[actor]);
                await AppendAsync($"{prefix}{actor}@x", history[actor], [0xFF], taker);
            }
        }
    }
}
