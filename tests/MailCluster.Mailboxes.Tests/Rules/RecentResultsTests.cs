using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>How long a command that is sent again finds its answer.</summary>
public sealed class RecentResultsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CommandId _first = new(Guid.NewGuid());

    [Theory]
    [InlineData(180)]
    [InlineData(-180)]
    public void A_clock_that_jumps_makes_no_answer_old(int minutes)
    {
        // Simulation, seed 1474: three APPENDs, their answers lost, then one of another session under a clock that had been set.
        var results = RecentResults.Empty.Add(_first, Start, "answer");
        results = Add(results, Start.AddMinutes(minutes));
        results = Add(results, Start.AddMinutes(minutes).AddSeconds(1));
        Assert.True(results.TryGet(_first, out _));
    }

    [Fact]
    public void An_answer_is_forgotten_when_commands_have_come_for_longer_than_the_greatest_age()
    {
        var results = RecentResults.Empty.Add(_first, Start, "answer");
        for (var time = TimeSpan.FromSeconds(20); time <= RecentResults.AgeMax; time += TimeSpan.FromSeconds(20))
        {
            results = Add(results, Start + time);
            Assert.True(results.TryGet(_first, out _));
        }

        Assert.False(Add(results, Start + RecentResults.AgeMax + TimeSpan.FromSeconds(1)).TryGet(_first, out _));
    }

    [Fact]
    public void The_same_is_forgotten_after_a_snapshot_as_without_one()
    {
        var random = new Random(1);
        var (live, restored, time) = (RecentResults.Empty, RecentResults.Empty, Start);
        for (var i = 0; i < 2000; i++)
        {
            time += TimeSpan.FromSeconds(random.Next(-100, 200));
            var id = new CommandId(Guid.NewGuid());
            live = live.Add(id, time, i);
            restored = restored.Add(id, time, i);
            if (random.Next(50) == 0)
                restored = restored.InOrder().Aggregate(RecentResults.Empty, (kept, entry) => kept.Add(entry.Id, entry.Time, entry.Result));
        }

        Assert.Equal(live.InOrder(), restored.InOrder());
        Assert.InRange(live.Count, 1, RecentResults.CountMax - 1);
    }

    [Fact]
    public void Each_value_keeps_its_own_whatever_is_added_to_it_or_to_those_before()
    {
        var random = new Random(2);
        var ids = Enumerable.Range(0, 12_000).Select(_ => new CommandId(Guid.NewGuid())).ToArray();
        var values = new List<(RecentResults Results, CommandId[] Kept)> { (RecentResults.Empty, []) };
        for (var i = 0; i < ids.Length; i++)
        {
            // Now and then a write fails, and an older value is what goes on; the commands of those behind it may come again.
            var from = random.Next(200) == 0 ? random.Next(Math.Max(0, values.Count - 30), values.Count) : values.Count - 1;
            var (results, kept) = values[from];
            var id = random.Next(100) == 0 ? ids[random.Next(i + 1)] : ids[i];
            var isKnown = Array.IndexOf(kept, id) >= 0;
            Assert.Equal(isKnown, results.TryGet(id, out var result));
            Assert.Equal(isKnown ? id.Value : null, (Guid?)result);
            var next = results.Add(id, Start, id.Value);
            CommandId[] expected = isKnown ? kept : [.. kept.Skip(kept.Length == RecentResults.CountMax ? 1 : 0), id];
            Assert.Equal(expected.Length, next.Count);
            values.Add((next, expected));
            if (values.Count > 40)
                values.RemoveAt(0);
        }

        foreach (var (results, kept) in values)
        {
            Assert.Equal(kept, results.InOrder().Select(entry => entry.Id));
            Assert.Equal(kept, results.Chunks.SelectMany(piece => Enumerable.Range(0, RecentChunk.CountMax).Take(piece.Kept).Select(i => piece.Chunk[i].Id)));
            Assert.All(kept, id => Assert.True(results.TryGet(id, out _)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(RecentChunk.CountMax)]
    [InlineData(RecentChunk.CountMax + 7)]
    [InlineData(RecentResults.CountMax + (3 * RecentChunk.CountMax / 2))]
    public void A_snapshot_holds_those_that_are_kept(int count)
    {
        var results = RecentResults.Empty;
        for (var i = 1; i <= count; i++)
        {
            results = results.Add(new CommandId(Guid.NewGuid()), Start.AddMilliseconds(i), new StoreResult(new ModSeq(i), UidSet.Empty, UidSet.Empty));
            if (i % 500 == 0)
                StoredResults.Append(new SnapshotRoot(), results);
        }

        var root = SnapshotRoot.Parser.ParseFrom(StoredResults.Append(new SnapshotRoot { Account = "anna", Changes = 7 }, results));
        Assert.Equal(("anna", 7L), (root.Account, root.Changes));
        Assert.Equal(
            results.InOrder().Select(entry => (entry.Id, entry.Time.ToUnixTimeMilliseconds(), ((StoreResult)entry.Result).ModSeq.Value)),
            root.Results.Select(stored => (new CommandId(new Guid(stored.CommandId.Span, bigEndian: true)), stored.TimeMs, stored.Result.Store.ModSeq)));
    }

    private static RecentResults Add(RecentResults results, DateTimeOffset time) => results.Add(new CommandId(Guid.NewGuid()), time, "another");
}
