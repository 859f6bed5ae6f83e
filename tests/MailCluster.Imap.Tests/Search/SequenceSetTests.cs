using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Tests.Search;

public sealed class SequenceSetTests
{
    private static readonly FolderIndex View = MakeView([2, 3, 7, 8, 9, 20]);

    [Theory]
    [InlineData("1:*", false, "1:6")]
    [InlineData("*", false, "6")]
    [InlineData("6,1,2:4,3", false, "1:4,6")]
    [InlineData("*:5", false, "5:6")]
    [InlineData("1:*", true, "1:6")]
    [InlineData("3:8", true, "2:4")]
    [InlineData("8:3,100", true, "2:4")]
    [InlineData("21:*", true, "6")]
    [InlineData("4:6", true, "")]
    [InlineData("4294967295", true, "")]
    [InlineData("$", true, "1,5")]
    [InlineData("$", false, "1,5")]
    public void Sets_name_messages_of_a_view(string set, bool uid, string expected)
    {
        Assert.True(Parse(set).TryResolve(View, uid, UidSet.FromUids([2, 4, 9]), out var positions));
        Assert.Equal(expected, positions.ToSequenceNumbers().ToString());
    }

    [Theory]
    [InlineData("7")]
    [InlineData("1:7")]
    [InlineData("4294967295:1")]
    public void Numbers_that_do_not_exist_are_refused(string set) => Assert.False(Parse(set).TryResolve(View, uid: false, UidSet.Empty, out _));

    [Theory]
    [InlineData("1")]
    [InlineData("*")]
    [InlineData("1:*")]
    public void An_empty_folder_has_no_numbers_but_may_be_asked_for_UIDs(string set)
    {
        var empty = MakeView([]);
        Assert.False(Parse(set).TryResolve(empty, uid: false, UidSet.Empty, out _));
        Assert.True(Parse(set).TryResolve(empty, uid: true, UidSet.Empty, out var positions));
        Assert.True(positions.IsEmpty);
    }

    [Fact]
    public void Intersections_are_those_of_sets()
    {
        var random = new Random(8);
        for (var round = 0; round < 500; round++)
        {
            var (left, leftSet) = RandomSet(random);
            var (right, rightSet) = RandomSet(random);
            Assert.Equal(left.Intersect(right).Order(), leftSet.Intersect(rightSet).Runs.SelectMany(static run => Enumerable.Range(run.Start, run.Count)));
        }
    }

    private static (HashSet<int> Numbers, PositionSet Set) RandomSet(Random random)
    {
        var runs = Enumerable.Range(0, random.Next(6)).Select(_ => new PositionRun(random.Next(40), random.Next(1, 10))).ToArray();
        return ([.. runs.SelectMany(static run => Enumerable.Range(run.Start, run.Count))], PositionSet.FromRuns(runs));
    }

    private static SequenceSet Parse(string text)
    {
        Assert.True(SearchQuery.TryParse("UID " + text, out var key, out var problem), problem);
        return Assert.IsType<SearchKey.Messages>(key).Set;
    }

    private static FolderIndex MakeView(uint[] uids)
    {
        var folder = new Fetch.TestFolder();
        foreach (var uid in uids)
            folder.Add("x", uid: uid);
        return folder.Index;
    }
}
