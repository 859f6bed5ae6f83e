using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IOutboxIndex"/> keeps: an actor stays in it until it was left alone for long enough.</summary>
public abstract class OutboxIndexContract : StorageContract
{
    private static readonly PersistenceId s_alice = new("alice@example.com");
    private static readonly PersistenceId s_bob = new("bob@example.com");

    private IOutboxIndex Index => Harness.Outbox;

    [Fact]
    public async Task What_was_added_is_listed_once_and_in_order_also_after_a_restart()
    {
        await Index.AddAsync(s_bob, Times.Zero, default);
        await Index.AddAsync(s_alice, Times.Zero, default);
        await Index.AddAsync(s_alice, Times.Day(1), default);
        await Harness.ReopenAsync();

        Assert.Equal([s_alice, s_bob], await Index.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task An_actor_is_removed_only_when_it_was_not_added_lately()
    {
        await Index.AddAsync(s_alice, Times.Day(1), default);

        Assert.False(await Index.RemoveAsync(s_alice, Times.Day(1), default));
        Assert.Equal([s_alice], await Index.ListAsync(default).ToListAsync());
        Assert.True(await Index.RemoveAsync(s_alice, Times.Day(1).AddSeconds(1), default));
        Assert.Empty(await Index.ListAsync(default).ToListAsync());
        Assert.True(await Index.RemoveAsync(s_alice, Times.Zero, default));
    }

    [Fact]
    public async Task An_earlier_time_does_not_take_back_a_later_one()
    {
        await Index.AddAsync(s_alice, Times.Day(2), default);
        await Index.AddAsync(s_alice, Times.Day(1), default);

        Assert.False(await Index.RemoveAsync(s_alice, Times.Day(2), default));
    }

    [Fact]
    public async Task Many_are_listed_and_added_at_the_same_time()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2_500), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await Index.AddAsync(new PersistenceId($"u{i:d5}@x"), Times.Zero, default));

        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => $"u{i:d5}@x"), (await Index.ListAsync(default).ToListAsync()).Select(actor => actor.Value));
    }
}
