using MailCluster.Mailboxes;
using MailCluster.Pop3.Tests.Support;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;

namespace MailCluster.Pop3.Tests.Session;

/// <summary>What clients see whose account another node has, while that node dies or hands over: slow at worst, never wrong, every deletion once.</summary>
public sealed class ClusterSessionTests : IAsyncLifetime
{
    private static readonly Pop3Options Options = new() { IsExclusive = true, Lease = TimeSpan.FromSeconds(60) };

    private readonly ManualTimeProvider _time = new();
    private readonly List<Pop3Fixture> _nodes = [];
    private MailboxCluster _cluster = null!;

    /// <summary>How the account leaves its node.</summary>
    public static TheoryData<bool> Ways => [true, false];

    public async Task InitializeAsync()
    {
        _cluster = await MailboxCluster.StartAsync(3, _time);
        for (var node = 0; node < 3; node++)
            _nodes.Add(Pop3Fixture.Of(_cluster, node, _time, Options));
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_quit_under_way_when_its_node_goes_deletes_once_and_is_answered(bool killed)
    {
        await _nodes[1].DeliverAsync("a", "b", "c");
        using var client = await _nodes[1].LogInAsync();
        await client.AskForAllAsync("RETR 2");
        await client.AskAsync("DELE 1");
        await client.AskAsync("DELE 3");
        var writes = _cluster.Journal.Writes;
        _cluster.Replies.Close();
        await client.SendAsync("QUIT\r\n");
        await Poll.UntilAsync(() => _cluster.Journal.Writes > writes);
        await _cluster.MoveAsync(to: 2, killed);
        Assert.Equal("+OK Goodbye, 2 messages deleted", await client.ReadAsync());
        var inbox = await _nodes[2].InboxAsync();
        Assert.Equal([2u], inbox.AllUids().Uids());
        Assert.Equal([2u], inbox.UidsWith(SystemFlags.Seen).Uids());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_session_goes_on_over_the_end_of_its_accounts_node(bool killed)
    {
        await _nodes[1].DeliverAsync("a", "b");
        using var client = await _nodes[1].LogInAsync();
        await client.AskAsync("DELE 1");
        await _cluster.MoveAsync(to: 2, killed);
        Assert.Equal("+OK 1 3", await client.AskAsync("STAT"));
        Assert.Equal("b\r\n", (await client.AskForAllAsync("RETR 2")).Content);
        Assert.Equal("+OK Goodbye, 1 messages deleted", await client.AskAsync("QUIT"));
        Assert.Equal([2u], (await _nodes[2].InboxAsync()).AllUids().Uids());
    }

    [Fact]
    public async Task Looking_around_asks_no_other_node()
    {
        await _nodes[1].DeliverAsync("a", "b");
        using var client = await _nodes[1].LogInAsync();
        var asks = _cluster.Nodes[1].RemoteAsks;
        await client.AskAsync("STAT");
        await client.AskForAllAsync("LIST");
        await client.AskForAllAsync("UIDL");
        await client.AskForAllAsync("RETR 1");
        await client.AskForAllAsync("TOP 2 1");
        await client.AskAsync("DELE 1");
        Assert.Equal(asks, _cluster.Nodes[1].RemoteAsks);
    }

    [Fact]
    public async Task A_lock_holds_in_the_whole_cluster()
    {
        using var client = await _nodes[1].LogInAsync();
        foreach (var node in _nodes)
            Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(node));
        Assert.Equal("+OK Goodbye", await client.AskAsync("QUIT"));
        foreach (var node in _nodes)
            Assert.Equal("+OK Logged in", await TryAsync(node));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_lock_stays_over_the_end_of_its_accounts_node(bool killed)
    {
        using var client = await _nodes[1].LogInAsync();
        await _cluster.MoveAsync(to: 2, killed);
        // The next renewal tells the new owner.
        _time.Advance(TimeSpan.FromSeconds(20));
        await _nodes[1].Services.Doors.Renewals;
        Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(_nodes[0]));
        Assert.Equal("+OK Nothing done", await client.AskAsync("NOOP"));
    }

    private static async Task<string> TryAsync(Pop3Fixture node)
    {
        using var client = node.Connect();
        await client.ReadAsync();
        await client.AskAsync("USER alice");
        var answer = await client.AskAsync("PASS alice") ?? "";
        if (answer.StartsWith("+OK", StringComparison.Ordinal))
            await client.AskAsync("QUIT");
        await client.Connection.Handled;
        return answer;
    }
}
