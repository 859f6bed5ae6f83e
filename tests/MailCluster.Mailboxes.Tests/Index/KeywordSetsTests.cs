namespace MailCluster.Mailboxes.Tests.Index;

public sealed class KeywordSetsTests
{
    [Fact]
    public void The_first_spelling_stays_and_case_does_not_matter()
    {
        var sets = KeywordSets.Empty.Intern(["Work", "$Junk", "WORK"], out var first);
        sets = sets.Intern(["$junk", "work"], out var second);
        Assert.Equal((1, 1), (first, second));
        Assert.Equal(["$Junk", "Work"], sets[1].ToArray());
        Assert.Equal(["Work", "$Junk"], sets.AllKeywords);
        Assert.Same(sets, sets.Intern([], out var none));
        Assert.Equal(0, none);
    }

    [Theory]
    [InlineData(FlagOperation.Add, "b,c", "a,b,c")]
    [InlineData(FlagOperation.Remove, "B,x", "a")]
    [InlineData(FlagOperation.Remove, "a,b", "")]
    [InlineData(FlagOperation.Replace, "z", "z")]
    public void Operations_make_the_right_set(FlagOperation operation, string keywords, string expected)
    {
        var sets = KeywordSets.Empty.Intern(["a", "b"], out var set);
        Assert.True(sets.Changes(set, operation, keywords.Split(',')));
        sets = sets.With(set, operation, keywords.Split(','), out var now);
        Assert.Equal(expected, string.Join(',', sets[now]));
        Assert.False(sets.Changes(now, operation, keywords.Split(',')));
    }

    [Fact]
    public void Sets_that_nothing_uses_are_dropped()
    {
        var index = FolderIndexTests.Filled(4);
        for (var i = 0; i < 2000; i++)
            index = index.SetFlags(UidSet.Of(2), FlagOperation.Replace, SystemFlags.None, ["k" + i], index.HighestModSeq.Next);
        Assert.InRange(index.Keywords.Count, 2, 80);
        Assert.Equal(["k1999"], index.Keywords[index.KeywordSetAt(1)].ToArray());
    }

    [Fact]
    public void Diff_sees_through_numbers_that_changed_their_meaning()
    {
        var index = FolderIndexTests.Filled(2);
        var left = index.SetFlags(UidSet.Of(1), FlagOperation.Replace, default, ["a"], new ModSeq(9))
            .SetFlags(UidSet.Of(2), FlagOperation.Replace, default, ["b"], new ModSeq(9));
        var right = index.SetFlags(UidSet.Of(2), FlagOperation.Replace, default, ["b"], new ModSeq(9))
            .SetFlags(UidSet.Of(1), FlagOperation.Replace, default, ["a"], new ModSeq(9));
        Assert.True(FolderDiff.Between(left, right).IsEmpty);
        var other = index.SetFlags(UidSet.OfRange(1, 2), FlagOperation.Replace, default, ["b"], new ModSeq(9));
        Assert.Equal(new PositionRun(0, 1), Assert.Single(FolderDiff.Between(left, other).Changed));
    }
}
