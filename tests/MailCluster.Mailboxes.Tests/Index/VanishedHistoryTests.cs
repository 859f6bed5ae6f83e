namespace MailCluster.Mailboxes.Tests.Index;

public sealed class VanishedHistoryTests
{
    [Fact]
    public void Single_expunges_stay_bounded_and_complete()
    {
        var history = VanishedHistory.Empty;
        for (uint i = 1; i <= 20_000; i++)
        {
            history = history.Add(new ModSeq(i), UidSet.Of(i));
            Assert.InRange(history.Entries.Length, 1, VanishedHistory.EntriesMax);
        }

        // Neighbours merge, so nothing had to be forgotten.
        Assert.Equal(0, history.FloorModSeq.Value);
        for (uint since = 0; since <= 20_000; since += 500)
        {
            var due = UidSet.OfRange(since + 1, 20_000);
            Assert.Equal(due, history.Since(new ModSeq(since)).Intersect(due));
        }

        Assert.InRange(history.Since(new ModSeq(19_990)).UidCount, 10, 10);
        Assert.True(history.Since(new ModSeq(20_000)).IsEmpty);
    }

    [Fact]
    public void Scattered_expunges_are_forgotten_oldest_first()
    {
        var history = VanishedHistory.Empty;
        for (uint i = 1; i <= 10_000; i++)
            history = history.Add(new ModSeq(i), UidSet.Of(i * 2));
        Assert.InRange(history.RangeCount, 1, VanishedHistory.RangesMax);
        var floor = history.FloorModSeq.Value;
        Assert.InRange(floor, 1, 9_999);
        Assert.True(history.Since(history.FloorModSeq).UidCount >= 10_000 - floor);
    }

    [Fact]
    public void A_folder_answers_below_the_floor_with_everything_missing()
    {
        var index = FolderIndexTests.Filled(12_000);
        for (uint uid = 2; uid <= 12_000; uid += 2)
            index = index.Remove(UidSet.Of(uid), new ModSeq(10_000 + uid));
        Assert.True(index.Vanished.FloorModSeq.Value > 0);
        var told = index.VanishedSince(new ModSeq(1));
        Assert.Equal(6000, told.UidCount);
        Assert.Equal(0, index.CountExisting(told));
    }

    [Fact]
    public void Order_is_kept()
    {
        var history = VanishedHistory.Empty.Add(new ModSeq(5), UidSet.Of(1)).Add(new ModSeq(5), UidSet.Of(3));
        Assert.Equal("1,3", Assert.Single(history.Entries).Uids.ToString());
        Assert.Throws<ArgumentException>(() => history.Add(new ModSeq(4), UidSet.Of(9)));
        Assert.Same(history, history.Add(new ModSeq(6), UidSet.Empty));
    }
}
