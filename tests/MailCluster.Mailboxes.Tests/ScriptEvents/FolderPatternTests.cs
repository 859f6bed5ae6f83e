namespace MailCluster.Mailboxes.Tests.ScriptEvents;

public sealed class FolderPatternTests
{
    [Theory]
    [InlineData("*", "Junk", true)]
    [InlineData("Junk", "Junk", true)]
    [InlineData("Junk", "junk", false)]
    [InlineData("inbox", "INBOX", true)]
    [InlineData("Junk", "Junk/2026", false)]
    [InlineData("Junk*", "Junk/2026", true)]
    [InlineData("Lists/%", "Lists/Dev", true)]
    [InlineData("Lists/%", "Lists/Dev/Old", false)]
    [InlineData("Lists/*", "Lists/Dev/Old", true)]
    [InlineData("Lists/*", "Lists", false)]
    [InlineData("%/Junk", "Shared/Junk", true)]
    [InlineData("%/Junk", "a/b/Junk", false)]
    [InlineData("*/Junk", "a/b/Junk", true)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyycd", false)]
    [InlineData("%%*", "a/b", true)]
    [InlineData("**a**", "bab", true)]
    public void Wildcards_are_those_of_LIST(string pattern, string folder, bool matches) =>
        Assert.Equal(matches, FolderPattern.Create(pattern).Matches(FolderName.Create(folder)));

    [Fact]
    public void A_pattern_is_never_slow()
    {
        var name = FolderName.Create(new string('a', FolderName.LengthMax));
        Assert.False(FolderPattern.Create(string.Concat(Enumerable.Repeat("a*", 200)) + "b").Matches(name));
        Assert.False(FolderPattern.Create(string.Concat(Enumerable.Repeat("a%", 200)) + "b").Matches(name));
    }
}
