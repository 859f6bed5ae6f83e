namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Faults of the network and of the database.</summary>
public sealed partial class ClusterFaultTests
{
    [Fact]
    public Task A_database_that_is_away_for_a_while_costs_no_connection_and_no_mail() => PlayAsync("PostgreSQL stopped", 1, async (load, _) =>
    {
        await fleet.Server.StopAsync();
        await load.RefusalAsync();
        await fleet.Server.StartAgainAsync();
    });

    [Fact]
    public Task A_database_that_is_killed_loses_nothing_acknowledged() => PlayAsync("PostgreSQL killed", 1, async (load, _) =>
    {
        await fleet.Server.KillAsync();
        await fleet.Server.StartAgainAsync();
        await load.ProgressAsync();
    });

    [Fact]
    public Task A_node_whose_database_connections_break_goes_on_when_they_are_back() => PlayAsync("database reset for one node", 1, async (load, victim) =>
    {
        // Not until a client is refused: those whose writes were under way wait longer for their mailbox than the lease lasts, and then the others take the shards.
        var away = fleet[victim].Process.NextAsync("The cluster's tables cannot be reached");
        fleet[victim].Database.Reset();
        await away.ForAsync("the node says that its database is away", () => fleet[victim].Process.Log);
        fleet[victim].Database.Heal();
    });

    [Fact]
    public Task A_node_that_is_silently_cut_off_from_the_database_past_its_lease_is_replaced() => PlayAsync("database cut from one node", 1, async (load, victim) =>
    {
        var ranOut = fleet[victim].Process.NextAsync("ran out");
        fleet[victim].Database.Cut((Way)(1 + new Random(s_seed).Next((int)Way.Both)));
        await ranOut.ForAsync("the node says that its lease ran out", () => fleet[victim].Process.Log);
        await load.RefusalAsync();
        // The others take its shards; it is not dead for its clients, which it answers, until it hears that its run is over.
        await Wait.UntilAsync(
            async () => (await Task.WhenAll(OthersThan(victim).Select(fleet.SharesOfAsync))).Sum() == ClusterFleet.Shards,
            () => $"the others take the shards of {ClusterFleet.NameOf(victim)}");
        fleet[victim].Doom();
        fleet[victim].Database.Heal();
        var exit = await fleet[victim].EndedAsync();
        Assert.True(exit == 75, $"exit {exit}\n{fleet[victim].Process.Log}");
        await fleet.StartAsync(victim);
        await fleet.SettleAsync();
    });

    [Theory]
    [InlineData("silent, both ways", true, true)]
    [InlineData("silent, from it", true, false)]
    [InlineData("silent, to it", false, true)]
    public Task Nodes_that_cannot_reach_each_other_make_commands_wait_and_nothing_worse(string cut, bool fromIt, bool toIt) =>
        PlayAsync("peers cut: " + cut, 1, async (load, victim) =>
        {
            var lost = s_all.Select(node => fleet[node].Process.NextAsync("Connection to node")).ToList();
            fleet.CutFromPeers(victim, fromIt, toIt);
            await (await Task.WhenAny(lost)).ForAsync("a connection between peers is given up");
            fleet.HealPeers();
            await load.ProgressAsync();
        });

    [Fact]
    public Task Connections_between_nodes_that_break_cost_nothing() => PlayAsync("peers reset", 5, async (load, victim) =>
    {
        fleet[victim].Peers.Reset();
        fleet.HealPeers();
        await load.ProgressAsync();
    });
}
