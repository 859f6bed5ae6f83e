using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IJournal"/> keeps: numbers without gaps, whole writes, order, history.</summary>
public abstract partial class JournalContract : StorageContract
{
    [Fact]
    public async Task An_unknown_actor_has_nothing()
    {
        Assert.Equal(0, await HighestAsync("nobody"));
        Assert.Empty(await ReplayAsync("nobody"));
    }

    [Fact]
    public async Task Writes_come_back_in_order_with_their_numbers_times_and_bytes()
    {
        for (var i = 0; i < 700; i++)
        {
            await AppendAsync("a@x", i, Payload(i, 20), time: Times.Zero.AddSeconds(i));
        }

        var entries = await ReplayAsync("a@x");
        Assert.Equal(700, entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.Equal(i + 1, entries[i].SequenceNr.Value);
            Assert.Equal(Times.Zero.AddSeconds(i), entries[i].Time);
            Assert.True(entries[i].Payload.Span.SequenceEqual(Payload(i, 20)));
        }

        Assert.Equal(700, await HighestAsync("a@x"));
    }

    [Fact]
    public async Task Replay_starts_after_the_number_it_is_given()
    {
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync("a@x", i, [(byte)i]);
        }

        Assert.Equal([8, 9, 10], (await ReplayAsync("a@x", 7)).Select(entry => entry.SequenceNr.Value));
        Assert.Empty(await ReplayAsync("a@x", 10));
        Assert.Empty(await ReplayAsync("a@x", 11));
    }

    [Fact]
    public async Task A_gap_is_refused_and_leaves_nothing()
    {
        await AppendAsync("a@x", 0, [1]);

        var conflict = await Assert.ThrowsAsync<SequenceConflictException>(async () => await AppendAsync("a@x", 5, [2]));

        Assert.Equal(new PersistenceId("a@x"), conflict.Actor);
        Assert.Equal(5, conflict.Expected.Value);
        Assert.Equal(1, conflict.Found.Value);
        Assert.Single(await ReplayAsync("a@x"));
        await Assert.ThrowsAsync<SequenceConflictException>(async () => await AppendAsync("new@x", 1, [1]));
        Assert.Equal(0, await HighestAsync("new@x"));
    }

    [Fact]
    public async Task A_second_write_of_the_same_number_is_refused_and_the_first_stays()
    {
        await AppendAsync("a@x", 0, [1]);

        await Assert.ThrowsAsync<SequenceConflictException>(async () => await AppendAsync("a@x", 0, [2]));

        var entry = Assert.Single(await ReplayAsync("a@x"));
        Assert.Equal([1], entry.Payload.ToArray());
    }

    [Fact]
    public async Task Of_many_writers_of_one_number_exactly_one_wins()
    {
        var tries = Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            try
            {
                await AppendAsync("a@x", 0, [(byte)i]);
                return i;
            }
            catch (SequenceConflictException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(await Task.WhenAll(tries), i => i >= 0);
        Assert.Equal([(byte)winner], Assert.Single(await ReplayAsync("a@x")).Payload.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(65_536)]
    [InlineData(1_000_003)]
    [InlineData(8 * 1024 * 1024)]
    public async Task Payloads_of_any_size_come_back_unchanged(int size)
    {
        var payload = Payload(size, size);
        await AppendAsync("a@x", 0, payload);

        Assert.True(Assert.Single(await ReplayAsync("a@x")).Payload.Span.SequenceEqual(payload));
    }

    [Theory]
    [InlineData(Durability.Disk)]
    [InlineData(Durability.OsBuffers)]
    public async Task What_was_written_survives_a_restart(Durability durability)
    {
        for (var i = 0; i < 30; i++)
        {
            await AppendAsync("a@x", i, Payload(i, 100), durability: durability);
        }

        await Harness.ReopenAsync();

        Assert.Equal(30, (await ReplayAsync("a@x")).Count);
        Assert.Equal(30, await HighestAsync("a@x"));
        await AppendAsync("a@x", 30, [1]);
    }

    [Fact]
    public async Task The_caller_may_reuse_its_buffer_as_soon_as_the_append_completes()
    {
        var buffer = new byte[] { 1, 2, 3 };
        await AppendAsync("a@x", 0, buffer);
        buffer.AsSpan().Clear();

        Assert.Equal([1, 2, 3], Assert.Single(await ReplayAsync("a@x")).Payload.ToArray());
    }

    [Fact]
    public async Task Actors_do_not_see_each_other()
    {
        await AppendAsync("a@x", 0, [1]);
        await AppendAsync("ab@x", 0, [2]);
        await AppendAsync("A@x", 0, [3]);
        await AppendAsync("żółw@łąka.example", 0, [4]);

        Assert.Equal([1], Assert.Single(await ReplayAsync("a@x")).Payload.ToArray());
        Assert.Equal([3], Assert.Single(await ReplayAsync("A@x")).Payload.ToArray());
        Assert.Equal([4], Assert.Single(await ReplayAsync("żółw@łąka.example")).Payload.ToArray());
    }

    [Fact]
    public async Task The_longest_id_is_taken()
    {
        var id = new string('a', 320);
        await AppendAsync(id, 0, [1]);
        Assert.Single(await ReplayAsync(id));
    }

    [Fact]
    public async Task Every_actor_that_wrote_is_listed_in_order()
    {
        foreach (var id in new[] { "m@x", "a@x", "z@x", "B@x" })
        {
            await AppendAsync(id, 0, [1]);
        }

        var listed = new List<string>();
        await foreach (var actor in Journal.ListActorsAsync(CancellationToken.None))
        {
            listed.Add(actor.Value);
        }

        Assert.Equal(["B@x", "a@x", "m@x", "z@x"], listed);
    }

    [Fact]
    public async Task A_cancelled_append_is_stored_whole_or_not_at_all()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var write = new JournalWrite(new PersistenceId("a@x"), SequenceNr.Zero, Writer, new byte[] { 1 }, Times.Zero, Durability.Disk);
        try
        {
            await Journal.AppendAsync(write, cancelled.Token);
        }
        catch (OperationCanceledException)
        {
            // Either is allowed; the number tells which it was.
        }

        Assert.Equal(await HighestAsync("a@x"), (await ReplayAsync("a@x")).Count);
    }

    /// <summary>Bytes that depend on both numbers and do not compress.</summary>
    protected static byte[] Payload(int seed, int size)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
