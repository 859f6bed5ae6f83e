using System.Net;
using MailCluster.Auth.Abuse;

namespace MailCluster.Auth.Tests.Abuse;

public sealed class FailureLedgerTests
{
    private static readonly IPAddress s_guesser = IPAddress.Parse("192.0.2.7");
    private static readonly AbuseOptions s_options = new() { BanFailures = 3, AccountFailures = 4, Allowed = ["198.51.100.0/24"] };

    [Fact]
    public void Guesses_on_different_nodes_add_up_and_the_ban_holds_on_all()
    {
        using var cluster = new AbuseCluster(s_options, nodes: 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.All(cluster.Nodes, node => Assert.False(node.Bans.IsBanned(s_guesser)));
            cluster.Nodes[i].Failures.Failed(s_guesser, $"user{i}", (ulong)i);
        }

        Assert.All(cluster.Nodes, node => Assert.True(node.Bans.IsBanned(s_guesser)));
        Assert.False(cluster.Nodes[0].Bans.IsBanned(IPAddress.Parse("192.0.2.8")));
    }

    [Fact]
    public void The_same_name_and_password_counts_once()
    {
        using var cluster = new AbuseCluster(s_options);
        for (var i = 0; i < 50; i++)
            cluster.Nodes[0].Failures.Failed(s_guesser, "alice", 1);

        Assert.False(cluster.Nodes[0].Bans.IsBanned(s_guesser));
    }

    [Fact]
    public void An_IPv6_client_is_its_whole_prefix()
    {
        using var cluster = new AbuseCluster(s_options);
        for (var i = 0; i < 3; i++)
            cluster.Nodes[0].Failures.Failed(IPAddress.Parse($"2001:db8::{i}"), "alice", (ulong)i);

        Assert.True(cluster.Nodes[1].Bans.IsBanned(IPAddress.Parse("2001:db8::ffff")));
        Assert.False(cluster.Nodes[1].Bans.IsBanned(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void Old_failures_do_not_count()
    {
        using var cluster = new AbuseCluster(s_options);
        var failures = cluster.Nodes[0].Failures;
        failures.Failed(s_guesser, "alice", 1);
        failures.Failed(s_guesser, "alice", 2);
        cluster.Time.Advance(s_options.BanWindow);
        failures.Failed(s_guesser, "alice", 3);
        failures.Failed(s_guesser, "alice", 4);

        Assert.False(cluster.Nodes[0].Bans.IsBanned(s_guesser));
    }

    [Fact]
    public void A_ban_ends_and_the_next_is_twice_as_long_up_to_a_limit()
    {
        using var cluster = new AbuseCluster(s_options with { BanTime = TimeSpan.FromHours(1), BanTimeMax = TimeSpan.FromHours(3) });
        ulong attempt = 0;
        foreach (var hours in new[] { 1, 2, 3, 3 })
        {
            for (var i = 0; i < 3; i++)
                cluster.Nodes[0].Failures.Failed(s_guesser, "alice", attempt++);
            cluster.Time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1));
            Assert.True(cluster.Nodes[0].Bans.IsBanned(s_guesser));
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(cluster.Nodes[0].Bans.IsBanned(s_guesser));
        }
    }

    [Fact]
    public void Who_is_allowed_is_never_banned_by_itself()
    {
        using var cluster = new AbuseCluster(s_options);
        var webmail = IPAddress.Parse("198.51.100.9");
        for (var i = 0; i < 50; i++)
            cluster.Nodes[0].Failures.Failed(webmail, "alice", (ulong)i);

        Assert.False(cluster.Nodes[0].Bans.IsBanned(webmail));
    }

    [Fact]
    public void Wrong_answers_for_an_account_under_attack_come_late_but_not_where_it_is_at_home()
    {
        using var cluster = new AbuseCluster(s_options);
        var (here, there) = (cluster.Nodes[0].Failures, cluster.Nodes[1].Failures);
        var home = IPAddress.Parse("203.0.113.1");
        here.Succeeded(home, "alice");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(TimeSpan.Zero, there.DelayOfFailure(s_guesser, "alice"));
            here.Failed(IPAddress.Parse($"192.0.2.{i}"), "Alice", (ulong)i);
        }

        Assert.Equal(s_options.AccountDelay, there.DelayOfFailure(s_guesser, "alice"));
        Assert.Equal(TimeSpan.Zero, there.DelayOfFailure(home, "alice"));
        Assert.Equal(TimeSpan.Zero, there.DelayOfFailure(s_guesser, "bob"));
        cluster.Time.Advance(s_options.BanWindow);
        Assert.Equal(TimeSpan.Zero, there.DelayOfFailure(s_guesser, "alice"));
    }

    [Fact]
    public void The_penalty_of_an_address_is_one_on_all_nodes()
    {
        using var cluster = new AbuseCluster(s_options);
        var (here, there) = (cluster.Nodes[0], cluster.Nodes[1]);
        for (var i = 0; i < 2; i++)
        {
            var attempt = here.Penalty.Fingerprint("alice", [(byte)i]);
            here.Penalty.Failed(s_guesser, attempt);
            here.Failures.Failed(s_guesser, "alice", attempt);
        }

        Assert.Equal(TimeSpan.FromSeconds(4), here.Penalty.DelayFor(s_guesser));
        Assert.Equal(TimeSpan.FromSeconds(4), there.Penalty.DelayFor(s_guesser));
        here.Penalty.Succeeded(s_guesser);
        Assert.Equal(TimeSpan.Zero, there.Penalty.DelayFor(s_guesser));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("09060000000000000000000000000000000000000000000000000000000000000000000000")]
    public void News_that_makes_no_sense_is_not_news(string hex)
    {
        using var cluster = new AbuseCluster(s_options);
        cluster.Nodes[0].Tell(Convert.FromHexString(hex));

        Assert.Equal(0, cluster.Nodes[1].Bans.Count);
    }
}
