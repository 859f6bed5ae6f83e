using System.Text;
using System.Text.RegularExpressions;
using MailCluster.Imap.Session.Handlers;

namespace MailCluster.Imap.Tests.Session;

public sealed class ListPatternTests
{
    [Theory]
    [InlineData("*", "a/b", true)]
    [InlineData("%", "a/b", false)]
    [InlineData("%/%", "a/b", true)]
    [InlineData("a*b", "a/x/b", true)]
    [InlineData("a%b", "a/x/b", false)]
    [InlineData("%%*", "a/b", true)]
    [InlineData("inbox", "INBOX", true)]
    [InlineData("iNbOx/*", "INBOX/a", true)]
    [InlineData("inboxes", "INBOXES", false)]
    [InlineData("a", "A", false)]
    [InlineData("", "a", false)]
    public void Matches_as_RFC_9051_says(string pattern, string name, bool matches) =>
        Assert.Equal(matches, ListPattern.Create("", pattern).Matches(name));

    /// <summary>Patterns of up to 63 characters are matched in the bits of a word, longer ones are not: both against regular expressions.</summary>
    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 63)]
    [InlineData(3, 64)]
    [InlineData(4, 90)]
    public void Short_and_long_patterns_match_the_same(int seed, int lengthMax)
    {
        var random = new Random(seed);
        var matched = 0;
        for (var turn = 0; turn < 4_000; turn++)
        {
            var name = Letters(random, "aab/", 1 + random.Next(lengthMax));
            var pattern = turn % 2 == 0 ? Letters(random, "ab/*%", 1 + random.Next(lengthMax)) : Blur(random, name);
            var expected = Regex.IsMatch(
                name, $@"\A{Regex.Escape(pattern).Replace("%", "[^/]*", StringComparison.Ordinal).Replace(@"\*", ".*", StringComparison.Ordinal)}\z", RegexOptions.NonBacktracking);
            Assert.True(expected == ListPattern.Create("", pattern).Matches(name), $"seed {seed}: '{pattern}' and '{name}'");
            matched += expected ? 1 : 0;
        }

        Assert.InRange(matched, 400, 3_600);
    }

    private static string Letters(Random random, string of, int length) => string.Create(length, (random, of), static (text, s) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = s.of[s.random.Next(s.of.Length)];
    });

    // A pattern that the name matches, or nearly: pieces of it give way to wildcards.
    private static string Blur(Random random, string name)
    {
        var pattern = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (random.Next(8) == 0)
            {
                pattern.Append(random.Next(2) == 0 ? '*' : '%');
                i += random.Next(3);
            }
            else
            {
                pattern.Append(name[i]);
            }
        }

        return pattern.ToString();
    }
}
