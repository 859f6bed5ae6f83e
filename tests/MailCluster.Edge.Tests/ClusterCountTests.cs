using MailCluster.Auth.Abuse;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Edge.Tests;

public sealed class ClusterCountTests
{
    private const string Alice = "alice@example.com";
    private static readonly EdgeLimits s_two = new() { ConnectionsPerAccount = 2 };

    [Fact]
    public void Connections_of_an_account_add_up_over_nodes()
    {
        using var cluster = new CountingCluster(s_two, nodes: 3);
        Assert.True(cluster[0].LogIn(Alice));
        Assert.True(cluster[1].LogIn(Alice));
        Assert.False(cluster[2].LogIn(Alice));
        Assert.False(cluster[0].LogIn(Alice));
        // Another account, and another protocol of the same one.
        Assert.True(cluster[2].LogIn("bob@example.com"));
        Assert.True(cluster[2].LogIn(Alice, protocol: "pop3"));
        cluster[1].LogOut(Alice);
        Assert.True(cluster[2].LogIn(Alice));
    }

    [Fact]
    public void So_do_those_of_an_account_from_one_address_and_a_refusal_leaves_nothing_behind()
    {
        using var cluster = new CountingCluster(new EdgeLimits { ConnectionsPerAccount = 2, ConnectionsPerAccountAndAddress = 1 });
        Assert.True(cluster[0].LogIn(Alice, "192.0.2.1"));
        Assert.False(cluster[1].LogIn(Alice, "192.0.2.1"));
        Assert.True(cluster[1].LogIn(Alice, "192.0.2.2"));
        for (var attempt = 0; attempt < 3; attempt++) Assert.False(cluster[0].LogIn(Alice, "192.0.2.3"));
        cluster[1].LogOut(Alice, "192.0.2.2");
        Assert.True(cluster[0].LogIn(Alice, "192.0.2.3"));
    }

    [Fact]
    public void So_do_those_of_an_address_IPv6_by_its_prefix()
    {
        using var cluster = new CountingCluster(new EdgeLimits { ConnectionsPerAddress = 2 });
        Assert.True(cluster[0].Connect("2001:db8::1"));
        Assert.True(cluster[1].Connect("2001:db8::2"));
        Assert.False(cluster[0].Connect("2001:db8::3"));
        Assert.False(cluster[1].Connect("2001:db8::4"));
        Assert.True(cluster[1].Connect("2001:db8:0:1::1"));
        cluster[0].Disconnect("2001:db8::1");
        Assert.True(cluster[1].Connect("2001:db8::3"));
    }

    [Fact]
    public void A_node_that_is_dead_counts_no_more()
    {
        using var cluster = new CountingCluster(s_two);
        Assert.True(cluster[0].LogIn(Alice));
        Assert.True(cluster[0].LogIn(Alice));
        Assert.False(cluster[1].LogIn(Alice));
        cluster[0].IsDead = cluster[0].IsCut = true;
        cluster.Beat();
        Assert.True(cluster[1].LogIn(Alice));
    }

    [Fact]
    public void A_node_that_is_cut_off_counts_for_a_while_and_again_when_it_is_back()
    {
        using var cluster = new CountingCluster(s_two);
        Assert.True(cluster[0].LogIn(Alice));
        Assert.True(cluster[0].LogIn(Alice));
        cluster.Beat();
        cluster[0].IsCut = true;
        cluster.Beat(20);
        Assert.False(cluster[1].LogIn(Alice));
        cluster.Beat((int)ClusterCounts.ForgetAfter.TotalSeconds);
        Assert.True(cluster[1].LogIn(Alice));
        cluster[0].IsCut = false;
        cluster.Beat((int)ClusterCounts.RetellInterval.TotalSeconds);
        Assert.False(cluster[1].LogIn(Alice));
    }

    [Fact]
    public void News_that_was_lost_is_made_good_both_ways()
    {
        using var cluster = new CountingCluster(s_two);
        cluster[0].IsCut = true;
        Assert.True(cluster[0].LogIn(Alice));
        Assert.True(cluster[0].LogIn(Alice));
        cluster[0].IsCut = false;
        cluster.Beat((int)ClusterCounts.RetellInterval.TotalSeconds);
        Assert.False(cluster[1].LogIn(Alice));

        cluster[0].IsCut = true;
        cluster[0].LogOut(Alice);
        cluster[0].LogOut(Alice);
        cluster[0].IsCut = false;
        cluster.Beat((int)ClusterCounts.ForgetAfter.TotalSeconds);
        Assert.True(cluster[1].LogIn(Alice));
    }

    [Fact]
    public void What_is_far_from_a_large_limit_is_not_told_and_what_is_near_is_told_at_once()
    {
        using var cluster = new CountingCluster(new EdgeLimits { ConnectionsPerAccount = 100, ConnectionsPerAccountAndAddress = 1000 });
        for (var i = 0; i < 9; i++) cluster[0].LogIn(Alice);
        cluster.Beat(10);
        Assert.Empty(cluster[0].Sent);
        cluster[0].LogIn(Alice);
        Assert.Empty(cluster[0].Sent);
        cluster.Beat();
        Assert.Single(cluster[0].Sent);
        for (var i = 10; i < 49; i++) cluster[0].LogIn(Alice);
        Assert.Single(cluster[0].Sent);
        cluster[0].LogIn(Alice);
        Assert.Equal(2, cluster[0].Sent.Count);
        for (var i = 0; i < 50; i++) Assert.True(cluster[1].LogIn(Alice));
        Assert.False(cluster[1].LogIn(Alice));
        // Below what is worth telling it is taken back.
        for (var i = 0; i < 45; i++) cluster[0].LogOut(Alice);
        cluster.Beat();
        for (var i = 50; i < 100; i++) Assert.True(cluster[1].LogIn(Alice));
        Assert.False(cluster[1].LogIn(Alice));
    }

    [Fact]
    public void Thousands_of_keys_go_in_pieces()
    {
        using var cluster = new CountingCluster(new EdgeLimits { ConnectionsPerAccount = 1 });
        for (var i = 0; i < 5000; i++) cluster[0].LogIn($"u{i}@example.com", $"192.0.{i / 256}.{i % 256}");
        cluster[0].Sent.Clear();
        cluster.Beat((int)ClusterCounts.RetellInterval.TotalSeconds);
        Assert.InRange(cluster[0].Sent.Count, 2, 4);
        Assert.All(cluster[0].Sent, news => Assert.True(news.Length < 64 * 1024));
        for (var i = 0; i < 5000; i++) Assert.False(cluster[1].LogIn($"u{i}@example.com", "198.51.100.1"));
    }

    [Fact]
    public void A_node_alone_tells_nobody()
    {
        using var cluster = new CountingCluster(s_two, nodes: 1);
        using var heartbeat = new ConnectionHeartbeat(cluster.Time);
        var counts = new ConnectionCounts(s_two, heartbeat, new NoNeighbours());
        var network = ClientNetwork.Parse("192.0.2.1")!.Value;
        Assert.True(counts.TryEnterAccount("imap", MailCluster.Mailboxes.AccountId.Create(Alice), network));
        Assert.True(counts.TryEnterAccount("imap", MailCluster.Mailboxes.AccountId.Create(Alice), network));
        Assert.False(counts.TryEnterAccount("imap", MailCluster.Mailboxes.AccountId.Create(Alice), network));
    }

    [Fact]
    public void Other_news_is_not_taken_for_it_nor_it_for_other_news()
    {
        using var cluster = new CountingCluster(s_two);
        var options = new AbuseOptions { BanFailures = 1, Allowed = [] };
        using var bans = new BanList(options, new InMemoryBanStore(), cluster[1], cluster.Time, NullLogger<BanList>.Instance);
        using var guesses = new FailureLedger(options, bans, cluster[1], cluster.Time, NullLogger<FailureLedger>.Instance);
        Assert.True(cluster[0].LogIn(Alice));
        Assert.NotEmpty(cluster[0].Sent);
        Assert.Equal(0, bans.Count);

        guesses.Failed(System.Net.IPAddress.Parse("192.0.2.9"), Alice, 1);
        Assert.NotEmpty(cluster[1].Sent);
        foreach (var other in cluster[1].Sent.Append(default).Append(new byte[] { 4 }).Append(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, 0 }))
            cluster[0].Hear(other);
        // Of a later release, and cut short: the items that are whole are read.
        cluster[1].Hear(new byte[] { 5 }.Concat(cluster[0].Sent[0].ToArray().Skip(1)).ToArray());
        cluster[1].Hear(cluster[0].Sent[0][..^1]);
        Assert.True(cluster[1].LogIn(Alice));
        Assert.False(cluster[1].LogIn(Alice));
    }
}
