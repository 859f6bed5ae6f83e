using System.Net;
using MailCluster.Auth.Abuse;

namespace MailCluster.Auth.Tests.Abuse;

public sealed class BanListTests
{
    private static readonly IPAddress s_client = IPAddress.Parse("192.0.2.7");
    private static readonly AbuseOptions s_options = new() { BanFailures = 1, Allowed = ["192.0.2.200"], ReadInterval = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task A_ban_by_hand_holds_on_all_nodes_until_it_is_lifted_on_any()
    {
        using var cluster = new AbuseCluster(s_options);
        await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.0/24"), default);
        Assert.All(cluster.Nodes, node => Assert.True(node.Bans.IsBanned(s_client)));

        Assert.True(await cluster.Nodes[1].Bans.RemoveAsync(ClientNetwork.Parse("192.0.2.0/24")!.Value, default));

        Assert.All(cluster.Nodes, node => Assert.False(node.Bans.IsBanned(s_client)));
        Assert.False(await cluster.Nodes[0].Bans.RemoveAsync(ClientNetwork.Parse("192.0.2.0/24")!.Value, default));
    }

    [Fact]
    public async Task A_banned_network_does_not_shut_out_who_is_allowed()
    {
        using var cluster = new AbuseCluster(s_options);
        await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.0/24"), default);
        Assert.False(cluster.Nodes[0].Bans.IsBanned(IPAddress.Parse("192.0.2.200")));

        // A ban of that very address was meant.
        await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.200"), default);
        Assert.True(cluster.Nodes[0].Bans.IsBanned(IPAddress.Parse("192.0.2.200")));
    }

    [Fact]
    public async Task A_ban_that_was_not_told_comes_with_the_next_reading()
    {
        using var cluster = new AbuseCluster(s_options) { IsCut = true };
        await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.7"), default);
        Assert.False(cluster.Nodes[1].Bans.IsBanned(s_client));

        cluster.Time.Advance(s_options.ReadInterval);

        Assert.True(cluster.Nodes[1].Bans.IsBanned(s_client));
    }

    [Fact]
    public async Task While_the_store_is_away_known_bans_stay_and_new_ones_are_stored_later()
    {
        using var cluster = new AbuseCluster(s_options);
        await cluster.Nodes[0].Bans.AddAsync(Of("198.51.100.1"), default);
        cluster.Store.Unavailable = true;

        cluster.Nodes[0].Failures.Failed(s_client, "alice", 1);
        cluster.Time.Advance(s_options.ReadInterval);

        Assert.True(cluster.Nodes[0].Bans.IsBanned(s_client));
        Assert.True(cluster.Nodes[1].Bans.IsBanned(IPAddress.Parse("198.51.100.1")));
        await Assert.ThrowsAsync<BanStoreException>(async () => await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.99"), default));
        Assert.False(cluster.Nodes[0].Bans.IsBanned(IPAddress.Parse("192.0.2.99")));

        cluster.Store.Unavailable = false;
        cluster.Time.Advance(s_options.ReadInterval);

        Assert.Equal(["192.0.2.7", "198.51.100.1"], (await cluster.Store.ListAsync(cluster.Time.GetUtcNow(), default)).Select(ban => ban.Network.ToString()).Order());
        cluster.Time.Advance(s_options.ReadInterval);
        Assert.True(cluster.Nodes[1].Bans.IsBanned(s_client));
    }

    [Fact]
    public async Task Each_new_ban_is_told_once_to_who_wants_to_cut_off_connections()
    {
        using var cluster = new AbuseCluster(s_options);
        var told = new List<string>();
        cluster.Nodes[1].Bans.Banned += network => told.Add(network.ToString());

        await cluster.Nodes[0].Bans.AddAsync(Of("192.0.2.7"), default);
        cluster.Time.Advance(s_options.ReadInterval);

        Assert.Equal(["192.0.2.7"], told);
    }

    [Fact]
    public void A_reason_is_one_line()
    {
        Assert.Equal("a b  c", Ban.Tidy(" a\tb\r\nc\u2028"));
        Assert.Equal(Ban.ReasonMax, Ban.Tidy(new string('x', 5_000)).Length);
    }

    private static Ban Of(string network) => new(ClientNetwork.Parse(network)!.Value, default, null, "by hand");
}
