using System.Globalization;
using MailCluster.Imap.Tests.Fetch;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;
using MailCluster.Testing;
using Xunit.Abstractions;

namespace MailCluster.Imap.Tests.Search;

public sealed class SearchEngineTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 40)]
    [InlineData(4, 40)]
    [InlineData(5, 700)]
    public async Task Random_queries_find_what_the_naive_search_finds(int seed, int count)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        var mailbox = NaiveMailbox.Random(random, count);
        for (var round = 0; round < (count > 100 ? 60 : 400); round++)
        {
            var query = RandomQuery.Make(random);
            Assert.True(SearchQuery.TryParse(query, out var key, out var problem), $"{query}: {problem}");
            var found = await SearchAsync(mailbox, key);
            Assert.True(mailbox.Find(key).SequenceEqual(found), $"{query}\nexpected {string.Join(',', mailbox.Find(key))}\nfound {string.Join(',', found)}");
        }
    }

    [Fact]
    public async Task Only_messages_that_cheaper_keys_leave_open_are_read()
    {
        var folder = new TestFolder();
        for (var i = 0; i < 1000; i++)
            folder.Add($"Subject: s{i % 100}\r\n\r\nbody {i}", i % 10 == 0 ? SystemFlags.Seen : SystemFlags.None);
        Assert.Equal(100, await CountAsync(folder, "SEEN"));
        Assert.Equal((0, 0), (folder.Bodies.SummariesRead, folder.Bodies.TextsRead));
        Assert.Equal(901, await CountAsync(folder, "OR UNSEEN BODY \"body 33\" NOT (SEEN 1) 1:*"));
        Assert.Equal((0, 99), (folder.Bodies.SummariesRead, folder.Bodies.TextsRead));
        Assert.Equal(1, await CountAsync(folder, "BODY \"body 250\" SUBJECT s50 SEEN"));
        Assert.Equal((100 + 10, 99 + 10), (folder.Bodies.SummariesRead, folder.Bodies.TextsRead));
    }

    [Fact]
    public async Task Messages_that_cannot_be_read_are_passed_over_and_counted()
    {
        var folder = new TestFolder();
        for (var i = 0; i < 300; i++)
            folder.Add($"Subject: one\r\n\r\nbody {i}", keepBody: i != 100, keepText: i % 2 == 0);
        folder.Bodies.Damage(folder.Index.FactsAt(51).Body);
        Assert.True(SearchQuery.TryParse("BODY body SUBJECT one", out var key, out _));
        var result = await Engine(folder).SearchAsync(folder.Index, key, SearchContext.None, CancellationToken.None);
        Assert.Equal(298, result.Positions.Count);
        Assert.Equal(2, result.Unreadable);
    }

    [Fact]
    public async Task Damaged_summaries_are_made_again()
    {
        var message = "Subject: caf\u00e9\r\nDate: Sun, 1 Feb 2026 10:00:00 +0000\r\n\r\nbody"u8.ToArray();
        var (summary, _) = MessageSummaryBuilder.Build(message, MimeLimits.Default);
        for (var cut = 0; cut < summary.Length; cut++)
        {
            var folder = new TestFolder();
            folder.Add(message, summary: summary[..cut]);
            Assert.Equal(1, await CountAsync(folder, "SUBJECT CAF\u00c9 SENTON 1-Feb-2026 HEADER subject \"\""));
        }
    }

    [Fact]
    public async Task Texts_are_found_whatever_their_charset_and_case()
    {
        var folder = new TestFolder();
        folder.Add([.. "Content-Type: text/plain; charset=koi8-r\r\n\r\n"u8, 0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]);
        folder.Add("Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Stra=C3=9Fe <b>Na</b>me</p>");
        Assert.Equal(1, await CountAsync(folder, "BODY \"\u043f\u0420\u0418\u0432\""));
        Assert.Equal(1, await CountAsync(folder, "BODY name"));
        Assert.Equal(0, await CountAsync(folder, "BODY \"<b>\""));
        Assert.Equal(1, await CountAsync(folder, "TEXT quoted-printable"));
        Assert.Equal(0, await CountAsync(folder, "BODY quoted-printable"));
    }

    [Theory]
    [InlineData("FROM")]
    [InlineData("NONSENSE")]
    [InlineData("SEEN)")]
    [InlineData("CHARSET x-none ALL")]
    public void A_query_that_cannot_be_read_says_why(string query)
    {
        Assert.False(SearchQuery.TryParse(query, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    private static SearchEngine Engine(TestFolder folder) => new(folder.Bodies, MimeLimits.Default, new ManualTimeProvider(NaiveMailbox.Now));

    private static async Task<int> CountAsync(TestFolder folder, string query)
    {
        Assert.True(SearchQuery.TryParse(query, out var key, out var problem), problem);
        return (await Engine(folder).SearchAsync(folder.Index, key, SearchContext.None, CancellationToken.None)).Positions.Count;
    }

    private static async Task<List<int>> SearchAsync(NaiveMailbox mailbox, SearchKey key)
    {
        var result = await Engine(mailbox.Folder).SearchAsync(
            mailbox.Folder.Index, key, new SearchContext(mailbox.Saved, mailbox.Recent), CancellationToken.None);
        Assert.Equal(0, result.Unreadable);
        return [.. result.Positions.Runs.SelectMany(static run => Enumerable.Range(run.Start, run.Count))];
    }
}
