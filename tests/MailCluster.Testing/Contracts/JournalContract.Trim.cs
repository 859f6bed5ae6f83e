using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_trim_forgets_what_is_both_covered_and_old()
    {
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync("a@x", i, [(byte)i], time: Times.Day(i));
        }

        // Numbers 1..8 are covered; 1..5 (days 0..4) are older than day 5.
        await TrimAsync("a@x", 8, Times.Day(5));
        Assert.Equal([6, 7, 8, 9, 10], (await ReplayAsync("a@x")).Select(entry => entry.SequenceNr.Value));

        // All are old, 1..8 are covered.
        await TrimAsync("a@x", 8, Times.Day(100));
        Assert.Equal([9, 10], (await ReplayAsync("a@x")).Select(entry => entry.SequenceNr.Value));
    }

    [Fact]
    public async Task The_highest_number_never_falls()
    {
        for (var i = 0; i < 5; i++)
        {
            await AppendAsync("a@x", i, [(byte)i]);
        }

        await TrimAsync("a@x", 5, Times.Day(1));

        Assert.Empty(await ReplayAsync("a@x"));
        Assert.Equal(5, await HighestAsync("a@x"));
        await Assert.ThrowsAsync<SequenceConflictException>(async () => await AppendAsync("a@x", 0, [1]));
        await Harness.ReopenAsync();
        Assert.Equal(5, await HighestAsync("a@x"));
        await AppendAsync("a@x", 5, [6]);
        Assert.Equal([6], (await ReplayAsync("a@x")).Select(entry => entry.SequenceNr.Value));
    }

    [Fact]
    public async Task A_trim_touches_no_other_actor_and_may_be_repeated()
    {
        await AppendAsync("a@x", 0, [1]);
        await AppendAsync("b@x", 0, [1]);

        await TrimAsync("a@x", 1, Times.Day(1));
        await TrimAsync("a@x", 1, Times.Day(1));
        await TrimAsync("nobody", 9, Times.Day(1));

        Assert.Single(await ReplayAsync("b@x"));
    }

    [Fact]
    public async Task A_trim_leaves_no_gap_when_times_are_out_of_order()
    {
        // The clock was set back between writes: 2 is older than 1.
        await AppendAsync("a@x", 0, [1], time: Times.Day(10));
        await AppendAsync("a@x", 1, [2], time: Times.Day(1));
        await AppendAsync("a@x", 2, [3], time: Times.Day(11));

        await TrimAsync("a@x", 3, Times.Day(5));

        var numbers = (await ReplayAsync("a@x")).Select(entry => entry.SequenceNr.Value).ToArray();
        Assert.Equal(Enumerable.Range(0, numbers.Length).Select(i => numbers[0] + i), numbers);
        Assert.Contains(1, numbers);
    }

    private ValueTask TrimAsync(string actor, long upTo, DateTimeOffset olderThan) =>
        Journal.TrimAsync(new PersistenceId(actor), new SequenceNr(upTo), olderThan, CancellationToken.None);
}
