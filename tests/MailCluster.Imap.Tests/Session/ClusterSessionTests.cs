using System.Text;
using MailCluster.Imap.Tests.Scripting;
using MailCluster.Mailboxes;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;

namespace MailCluster.Imap.Tests.Session;

/// <summary>What clients see whose account another node has, while that node dies or hands over: slow at worst, never wrong, every change once.</summary>
public sealed class ClusterSessionTests : IAsyncLifetime
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private readonly List<ImapFixture> _fixtures = [];
    private MailboxCluster _cluster = null!;

    /// <summary>How the account leaves its node.</summary>
    public static TheoryData<bool> Ways => [true, false];

    public async Task InitializeAsync()
    {
        _cluster = await MailboxCluster.StartAsync(3, _time);
        for (var node = 0; node < 3; node++)
            _fixtures.Add(ImapFixture.Of(_cluster, node, _time));
    }

    public async Task DisposeAsync()
    {
        foreach (var fixture in _fixtures)
            await fixture.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_store_under_way_when_its_node_goes_happens_once(bool killed)
    {
        var client = await SelectAsync(1, messages: 3);
        var writes = _cluster.Journal.Writes;
        _cluster.Replies.Close();
        await client.SendAsync("s STORE 1:2 +FLAGS (\\Seen)\r\n");
        await WrittenAsync(writes + 1);
        await MoveAsync(to: 2, killed);

        Assert.Equal(
            ["* 1 FETCH (FLAGS (\\Seen \\Recent))", "* 2 FETCH (FLAGS (\\Seen \\Recent))", "s OK Stored"], await AnswersAsync(client, "s"));
        Assert.Equal(writes + 1, _cluster.Journal.Writes);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Appends_copies_moves_and_expunges_under_way_happen_once(bool killed)
    {
        var client = await SelectAsync(1, messages: 2);
        await RunAsync(client, "c", "CREATE Other");
        var writes = _cluster.Journal.Writes;
        _cluster.Replies.Close();
        await client.SendAsync("1 APPEND INBOX {5+}\r\nhello\r\n2 APPEND INBOX {5+}\r\nworld\r\n");
        await WrittenAsync(writes + 1);
        await MoveAsync(to: 2, killed);
        Assert.EndsWith("3] Appended", (await AnswersAsync(client, "1"))[^1]);
        Assert.EndsWith("4] Appended", (await AnswersAsync(client, "2"))[^1]);

        // Between the two nodes that live in both cases.
        var next = 1;
        foreach (var (tag, command, answer) in new[]
        {
            ("3", "COPY 1:2 Other", "1:2 1:2] Copied"),
            ("4", "MOVE 2 Other", "Moved"),
            ("5", "STORE 1 +FLAGS.SILENT (\\Deleted)", "Stored"),
            ("6", "EXPUNGE", "Expunged"),
        })
        {
            writes = _cluster.Journal.Writes;
            _cluster.Replies.Close();
            await client.SendAsync($"{tag} {command}\r\n");
            await WrittenAsync(writes + 1);
            await MoveAsync(to: next, killed: false);
            next = next == 1 ? 2 : 1;
            Assert.EndsWith(answer, (await AnswersAsync(client, tag))[^1]);
        }

        Assert.Contains("* STATUS INBOX (MESSAGES 2 UIDNEXT 5)", await RunAsync(client, "7", "STATUS INBOX (MESSAGES UIDNEXT)"));
        Assert.Contains("* STATUS Other (MESSAGES 3 UIDNEXT 4)", await RunAsync(client, "8", "STATUS Other (MESSAGES UIDNEXT)"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_idle_client_misses_nothing_when_the_account_moves(bool killed)
    {
        var client = await SelectAsync(1, messages: 1);
        var other = await LoginAsync(2);
        await client.SendAsync("i IDLE\r\n");
        Assert.Equal("+ idling", await ReadAsync(client));
        _cluster.Streams.Close();
        await AppendAsync(other);
        await MoveAsync(to: 2, killed);
        Assert.Equal("* 2 EXISTS", await ReadNewsAsync(client));
        await RunAsync(other, "s", "SELECT INBOX");
        await RunAsync(other, "f", "STORE 1 +FLAGS (\\Answered)");
        Assert.Equal("* 1 FETCH (FLAGS (\\Answered))", await ReadNewsAsync(client));

        // To the client's own node, and away again.
        await _cluster.HandOverAsync(to: 1);
        await AppendAsync(other);
        Assert.Equal("* 3 EXISTS", await ReadNewsAsync(client));
        await _cluster.HandOverAsync(to: 2);
        await RunAsync(other, "d", "STORE 1 +FLAGS.SILENT (\\Deleted)");
        Assert.Equal("* 1 FETCH (FLAGS (\\Answered \\Deleted))", await ReadNewsAsync(client));
        await RunAsync(other, "e", "EXPUNGE");
        Assert.Equal("* 1 EXPUNGE", await ReadNewsAsync(client));
        await client.SendAsync("DONE\r\n");
        Assert.Equal("i OK Done", await ReadNewsAsync(client));
    }

    [Fact]
    public async Task Changes_are_told_to_a_client_that_comes_back_to_another_node()
    {
        var first = await SelectAsync(1, messages: 5);
        var select = await RunAsync(first, "n", "STATUS INBOX (UIDVALIDITY HIGHESTMODSEQ)");
        var status = select.Single(line => line.StartsWith("* STATUS", StringComparison.Ordinal));
        var uidValidity = Number(status, "UIDVALIDITY ");
        var modSeq = Number(status, "HIGHESTMODSEQ ");
        await RunAsync(first, "a", "STORE 2 +FLAGS.SILENT (\\Deleted)");
        await RunAsync(first, "b", "EXPUNGE");
        await RunAsync(first, "c", "STORE 4 +FLAGS.SILENT (\\Flagged)");
        await _cluster.KillOwnerAsync(to: 2);

        var second = await LoginAsync(1);
        await RunAsync(second, "e", "ENABLE QRESYNC");
        var answers = await RunAsync(second, "s", $"SELECT INBOX (QRESYNC ({uidValidity} {modSeq}))");

        Assert.Contains("* VANISHED (EARLIER) 2", answers);
        Assert.Single(answers, line => line.StartsWith("* 4 FETCH (UID 5 FLAGS (\\Flagged", StringComparison.Ordinal));
        Assert.Equal(
            await FetchedAsync(second, "FETCH 1:* (UID) (CHANGEDSINCE " + modSeq + ")"),
            await FetchedAsync(first, "FETCH 1:* (UID) (CHANGEDSINCE " + modSeq + ")"));
    }

    [Fact]
    public async Task Fetch_asks_no_other_node()
    {
        var client = await SelectAsync(1, messages: 3);
        var other = await LoginAsync(0);
        var asks = _cluster.Nodes[1].RemoteAsks;
        var answers = await RunAsync(client, "f", "FETCH 1:* (FLAGS RFC822.SIZE BODY.PEEK[])");
        await AppendAsync(other);
        await RunAsync(client, "g", "FETCH 1:* (UID ENVELOPE)");
        await RunAsync(client, "n", "NOOP");
        await RunAsync(client, "h", "SEARCH UNSEEN");

        Assert.Equal(4, answers.Count);
        Assert.Equal(asks, _cluster.Nodes[1].RemoteAsks);
    }

    [Fact]
    public async Task A_message_that_was_expunged_elsewhere_is_still_fetched()
    {
        var client = await SelectAsync(1, messages: 2);
        var other = await LoginAsync(0);
        await RunAsync(other, "s", "SELECT INBOX");
        await RunAsync(other, "d", "STORE 1 +FLAGS.SILENT (\\Deleted)");
        await RunAsync(other, "e", "EXPUNGE");
        await _cluster.HandOverAsync(to: 2);

        var answers = await RunAsync(client, "f", "FETCH 1 (BODY.PEEK[])");

        Assert.Contains(answers, line => line.StartsWith("* 1 FETCH (BODY[] {", StringComparison.Ordinal));
        Assert.Contains("* 1 EXPUNGE", await RunAsync(client, "n", "NOOP"));
    }

    [Fact]
    public async Task An_account_without_a_node_is_unavailable_after_the_time_of_a_command_and_not_before()
    {
        var client = await SelectAsync(1, messages: 1);
        var owned = _cluster.Suspend();
        await client.SendAsync("s STORE 1 +FLAGS (\\Seen)\r\n");
        var answer = AnswersAsync(client, "s");
        var started = _time.GetTimestamp();
        while (!answer.IsCompleted && _time.GetElapsedTime(started) < TimeSpan.FromMinutes(2))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 100 && !answer.IsCompleted; i++)
                await Task.Yield();
        }

        Assert.StartsWith("s NO [UNAVAILABLE]", (await answer)[^1]);
        Assert.True(_time.GetElapsedTime(started) >= new MailboxOptions().CommandTimeout);
        _cluster.Resume(owned);
        Assert.Equal("t OK Stored", (await RunAsync(client, "t", "STORE 1 +FLAGS (\\Seen)"))[^1]);
    }

    private Task MoveAsync(int to, bool killed) => _cluster.MoveAsync(to, killed);

    private async Task WrittenAsync(long writes)
    {
        while (_cluster.Journal.Writes < writes)
            await Task.Yield();
    }

    private async Task<ScriptClient> LoginAsync(int node)
    {
        var client = new ScriptClient(_fixtures[node].Connect(), byteByByte: false);
        await ReadAsync(client);
        Assert.StartsWith("l OK", (await RunAsync(client, "l", "LOGIN alice alice"))[^1]);
        return client;
    }

    private async Task<ScriptClient> SelectAsync(int node, int messages)
    {
        var client = await LoginAsync(node);
        for (var i = 0; i < messages; i++)
            await AppendAsync(client);
        Assert.StartsWith("x OK", (await RunAsync(client, "x", "SELECT INBOX"))[^1]);
        return client;
    }

    private static async Task AppendAsync(ScriptClient client)
    {
        const string Message = "From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n";
        Assert.StartsWith("p OK", (await RunAsync(client, "p", $"APPEND INBOX {{{Encoding.ASCII.GetByteCount(Message)}+}}\r\n{Message}"))[^1]);
    }

    private static async Task<List<string>> FetchedAsync(ScriptClient client, string command) =>
        [.. (await RunAsync(client, "q", command)).Where(line => line.Contains("FETCH (", StringComparison.Ordinal))];

    private static long Number(string line, string after)
    {
        var at = line.IndexOf(after, StringComparison.Ordinal) + after.Length;
        return long.Parse(line.AsSpan(at, line.AsSpan(at).IndexOfAny(' ', ')')), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<List<string>> RunAsync(ScriptClient client, string tag, string command)
    {
        await client.SendAsync($"{tag} {command}\r\n");
        return await AnswersAsync(client, tag);
    }

    private static async Task<List<string>> AnswersAsync(ScriptClient client, string tag)
    {
        var answers = new List<string>();
        do
            answers.Add(await ReadAsync(client));
        while (!answers[^1].StartsWith(tag + " ", StringComparison.Ordinal));
        return answers;
    }

    /// <summary>What is told, without \Recent, which is a matter of luck while accounts move.</summary>
    private static async Task<string> ReadNewsAsync(ScriptClient client)
    {
        while (true)
        {
            var line = await ReadAsync(client);
            if (!line.EndsWith(" RECENT", StringComparison.Ordinal))
                return line.Replace(" \\Recent", "", StringComparison.Ordinal);
        }
    }

    private static async Task<string> ReadAsync(ScriptClient client) =>
        await client.ReadResponseAsync().WaitAsync(PatienceMax) ?? throw new EndOfStreamException("The server closed the connection.");
}
