using System.Buffers;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Node.Admin;
using MailCluster.Node.Admin.Messages;
using MailCluster.Node.Admin.Verbs;

namespace MailCluster.Node.Tests.Admin;

public sealed class WordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("*", "a/b", true)]
    [InlineData("%", "a/b", false)]
    [InlineData("%/b", "a/b", true)]
    [InlineData("a*", "a", true)]
    [InlineData("*b", "a/b", true)]
    [InlineData("a%b", "a/b", false)]
    [InlineData("**%*", "", true)]
    [InlineData("a", "A", false)]
    [InlineData("", "a", false)]
    public void Masks_are_those_of_list(string mask, string name, bool matches) => Assert.Equal(matches, FolderMask.Matches(mask, name));

    [Fact]
    public void A_mask_of_many_stars_takes_no_time() =>
        Assert.False(FolderMask.Matches(string.Concat(Enumerable.Repeat("*a", 200)) + "b", new string('a', 900)));

    [Fact]
    public void Texts_are_quoted_again_and_dates_understood()
    {
        var query = QueryWords.Parse(
            ["mailbox", "A*", "SUBJECT", "say \"hi\" \\o/", "BEFORE", "30d", "SINCE", "2026-01-02", "mailbox-guid", "F1"], Now);
        Assert.Equal(["A*"], query.Masks);
        Assert.Equal(["F1"], query.Guids);
        var keys = Assert.IsType<SearchKey.And>(query.Key).Keys;
        Assert.Equal(
            [
                new SearchKey.Header("SUBJECT", "say \"hi\" \\o/"),
                new SearchKey.Date(DateSource.Internal, DateRelation.Before, new DateOnly(2026, 3, 1)),
                new SearchKey.Date(DateSource.Internal, DateRelation.Since, new DateOnly(2026, 1, 2)),
            ],
            keys.Select(key => key is SearchKey.Header header ? header with { Name = header.Name.ToUpperInvariant() } : key));
    }

    [Fact]
    public void A_time_ago_within_a_day_counts_seconds()
    {
        Assert.Equal(new SearchKey.Within(Younger: true, 7200), QueryWords.Parse(["SINCE", "2h"], Now).Key);
        Assert.Equal(new SearchKey.Within(Younger: false, 90), QueryWords.Parse(["BEFORE", "90s"], Now).Key);
        Assert.Throws<AdminException>(() => QueryWords.Parse(["SENTBEFORE", "2h"], Now));
        Assert.Throws<AdminException>(() => QueryWords.Parse(["BEFORE", "9999999999d"], Now));
    }

    [Fact]
    public void A_query_of_folders_alone_finds_all_and_an_empty_one_is_refused()
    {
        Assert.IsType<SearchKey.All>(QueryWords.Parse(["mailbox", "INBOX"], Now).Key);
        Assert.Throws<AdminException>(() => QueryWords.Parse([], Now));
        Assert.Throws<AdminException>(() => QueryWords.Parse(["OR", "mailbox", "x", "SEEN"], Now));
        Assert.Throws<AdminException>(() => QueryWords.Parse(["(", "mailbox", "x", ")"], Now));
        Assert.Throws<AdminException>(() => QueryWords.Parse(["SUBJECT", "a\nb"], Now));
        Assert.Throws<AdminException>(() => QueryWords.Parse(["SUBJECT \"a"], Now));
    }

    /// <summary>What a user types can be anything; it is a query or a usage error, nothing else.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20260101)]
    public void Random_words_are_a_query_or_a_usage_error(int seed)
    {
        var random = new Random(seed);
        string[] words = ["mailbox", "OR", "NOT", "(", ")", "(SEEN)", "SUBJECT", "x y", "\"", "\\", "30d", "1:*", "$", "BEFORE", "UID", "HEADER", "{5}", "é", "", "KEYWORD", "(", "-1", "CHARSET"];
        for (var i = 0; i < 20_000; i++)
        {
            var query = Enumerable.Range(0, random.Next(1, 7)).Select(_ => words[random.Next(words.Length)]).ToArray();
            try
            {
                Assert.NotNull(QueryWords.Parse(query, Now).Key);
            }
            catch (AdminException error)
            {
                Assert.True(error.Exit == AdminExit.Usage, $"seed {seed}, case {i}: {string.Join('|', query)}");
            }
        }
    }

    [Theory]
    [InlineData("a\nb\n", "a\r\nb\r\n")]
    [InlineData("a\r\nb\n\n", "a\r\nb\r\n\r\n")]
    [InlineData("\n", "\r\n")]
    [InlineData("a\rb", "a\rb")]
    [InlineData("", "")]
    public void Line_ends_become_those_of_mail_wherever_a_read_ends(string text, string expected)
    {
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var message = new ArrayBufferWriter<byte>();
            var last = MessageUpload.AppendWithCrLf(message, Encoding.ASCII.GetBytes(text[..cut]), 0);
            MessageUpload.AppendWithCrLf(message, Encoding.ASCII.GetBytes(text[cut..]), last);
            Assert.Equal(expected, Encoding.ASCII.GetString(message.WrittenSpan));
        }
    }

    [Fact]
    public void Flags_are_read_and_written()
    {
        var (flags, keywords) = FlagWords.Parse("(\\Seen,\\flagged) $Work");
        Assert.Equal(SystemFlags.Seen | SystemFlags.Flagged, flags);
        Assert.Equal("$Work", Assert.Single(keywords));
        Assert.Equal(["\\Seen", "\\Flagged"], FlagWords.Names(flags));
        Assert.Throws<AdminException>(() => FlagWords.Parse("\\Recent"));
        Assert.Throws<AdminException>(() => FlagWords.Parse("\\1"));
        Assert.Throws<AdminException>(() => FlagWords.Parse("\\None"));
        Assert.Throws<AdminException>(() => FlagWords.Parse("ä"));
    }
}
