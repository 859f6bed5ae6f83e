using MailCluster.Cluster.Membership;
using Xunit.Abstractions;

namespace MailCluster.Cluster.Tests;

/// <summary>Shards change hands while clients of all nodes go on: nothing is lost, nothing happens twice, everything in order.</summary>
public sealed class HandOverTests(ITestOutputHelper output)
{
    private readonly TestCluster _cluster = new();

    [Fact]
    public void A_node_that_joins_gets_its_share_under_load() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var load = new TallyLoad(_cluster, nodes, OneInEachShard());
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        var third = await _cluster.StartAsync("n3");
        await _cluster.UntilBalancedAsync([.. nodes, third]);
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        await load.StopAndCheckAsync();

        output.WriteLine($"{load.Acknowledged} items, the longest took {load.Longest}");
        Assert.InRange(load.Longest, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        Assert.True(third.Region.EntitiesActive > 0);
    });

    [Fact]
    public void A_node_that_leaves_hands_over_everything_and_is_dead_then() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = new TallyLoad(_cluster, nodes[..2], EntitiesOf(nodes));
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        await nodes[2].LeaveAsync();

        Assert.Equal(MemberStatus.Dead, _cluster.Map.Find(nodes[2].Generation)!.Status);
        Assert.DoesNotContain(nodes[2].Generation, _cluster.Map.Owners);
        Assert.DoesNotContain(Generation.None, _cluster.Map.Owners);
        Assert.Null(nodes[2].Superseded);
        await _cluster.UntilBalancedAsync(nodes[..2]);
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        await load.StopAndCheckAsync();
        output.WriteLine($"{load.Acknowledged} items, the longest took {load.Longest}");
        Assert.InRange(load.Longest, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    });

    [Fact]
    public void A_drained_node_serves_its_clients_from_elsewhere_and_takes_nothing_more() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = new TallyLoad(_cluster, nodes, EntitiesOf(nodes), pauseMs: 200);
        await _cluster.PassAsync(TimeSpan.FromMilliseconds(100));
        await nodes[0].Process.RunAsync(() => nodes[0].Node.DrainAsync("n2", default));
        await _cluster.UntilAsync(() => nodes[1].OwnedByMap == 0, TimeSpan.FromSeconds(5));
        await nodes[1].Process.RunAsync(() => nodes[1].Node.DrainAsync(default));
        var status = nodes[1].Node.GetStatus();
        Assert.True(status.IsDraining && status.IsServing);
        Assert.Equal(MemberStatus.Leaving, _cluster.Map.Find(nodes[1].Generation)!.Status);

        await _cluster.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, nodes[1].OwnedByMap);
        await load.StopAndCheckAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => nodes[0].Process.RunAsync(() => nodes[0].Node.DrainAsync("n9", default)));
    });

    /// <summary>
    /// A release that was said again, since its answer did not come, may be heard by the store once more when the shard has come back.
    /// </summary>
    [Fact]
    public void A_node_whose_shard_the_map_gives_to_another_answers_nothing_of_it_from_memory() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var (owner, next) = (nodes[0], nodes[1]);
        var entity = _cluster.EntityAt(owner);
        await owner.AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 0));
        var after = _cluster.Map.Version;
        _cluster.Tables.Release(owner.Generation, owner.Region.ShardOf(entity), next.Generation);
        await _cluster.UntilAsync(() => nodes.All(node => node.Node.Membership.Map.Version > after), TimeSpan.FromSeconds(5));

        await next.AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 1));

        Assert.Equal(2, (await owner.AskAsync<All>(entity, new ReadAll())).Items.Count);
        Assert.Equal(2, (await next.AskAsync<All>(entity, new ReadAll())).Items.Count);
    });

    [Fact]
    public void A_last_node_that_leaves_leaves_its_shards_free() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(1);
        await nodes[0].AskAsync<Appended>(_cluster.EntityAt(nodes[0]), new Append(Guid.NewGuid(), 0, 0));
        await nodes[0].LeaveAsync();
        Assert.All(_cluster.Map.Owners, owner => Assert.Equal(Generation.None, owner));
        var again = await _cluster.StartAsync("n1");
        await _cluster.UntilBalancedAsync(again);
        Assert.Single((await again.AskAsync<All>(_cluster.EntityAt(again), new ReadAll())).Items);
    });

    [Fact]
    public void All_nodes_are_restarted_one_after_the_other_under_load() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var edge = await _cluster.StartAsync("edge", NodeRoles.Edge);
        var load = new TallyLoad(_cluster, [edge], OneInEachShard());
        for (var i = 0; i < nodes.Length; i++)
        {
            await nodes[i].LeaveAsync();
            nodes[i] = await _cluster.StartAsync(nodes[i].Name);
            await _cluster.UntilBalancedAsync(nodes);
        }

        await load.StopAndCheckAsync();
        Assert.Equal(0, edge.OwnedByMap);
        output.WriteLine($"{load.Acknowledged} items, the longest took {load.Longest}");
        Assert.InRange(load.Longest, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    });

    [Fact]
    public void A_release_whose_answer_is_lost_is_said_again_and_nothing_is_served_meanwhile() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(1);
        var load = new TallyLoad(_cluster, nodes, EntitiesOf(nodes));
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        nodes[0].Store.Faults.LoseNextAnswer();
        var second = await _cluster.StartAsync("n2");
        for (var i = 0; i < 20; i++)
        {
            await _cluster.PassAsync(TimeSpan.FromMilliseconds(20));
            nodes[0].Store.Faults.LoseNextAnswer();
        }

        await _cluster.UntilBalancedAsync(nodes[0], second);
        await load.StopAndCheckAsync();
    });

    [Fact]
    public void Many_that_start_at_once_end_with_equal_shares() => _cluster.Run(async () =>
    {
        var starting = Enumerable.Range(1, 5).Select(i => _cluster.StartAsync($"n{i}")).ToArray();
        foreach (var start in starting)
        {
            await start;
        }

        await _cluster.UntilBalancedAsync([.. _cluster.Nodes]);
        var before = _cluster.Map.Version;
        await _cluster.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(before, _cluster.Map.Version);
    });

    private EntityId[] OneInEachShard() => [.. Enumerable.Range(0, _cluster.Shards).Select(i => _cluster.EntityIn(shard => shard.Value == i))];

    private EntityId[] EntitiesOf(TestNode[] nodes) => [.. nodes.SelectMany(node => new[] { _cluster.EntityAt(node), _cluster.EntityAt(node, 3) })];
}
