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

    private static RecentResults Add(RecentResults results, DateTimeOffset time) => results.Add(new CommandId(Guid.NewGuid()), time, "another");
}
