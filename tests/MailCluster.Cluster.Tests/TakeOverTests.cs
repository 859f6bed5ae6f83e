using MailCluster.Cluster.Membership;
using Xunit.Abstractions;

namespace MailCluster.Cluster.Tests;

/// <summary>A node ends, falls silent, sleeps or is cut off, and others take what it had.</summary>
public sealed class TakeOverTests(ITestOutputHelper output)
{
    private readonly TestCluster _cluster = new(output: output);

    [Fact]
    public void Nodes_share_the_shards_and_reach_all_entities_from_everywhere() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        foreach (var owner in nodes)
        {
            var entity = _cluster.EntityAt(owner);
            for (var i = 0; i < nodes.Length; i++)
            {
                Assert.Equal(i + 1, (await nodes[i].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, i))).Length);
            }

            Assert.Equal(1, owner.Region.EntitiesActive);
        }
    });

    [Fact]
    public void A_command_that_waits_for_a_killed_node_is_answered_within_two_seconds() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var entity = _cluster.EntityAt(nodes[2]);
        await nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 0));
        await _cluster.PassAsync(TimeSpan.FromSeconds(3));
        nodes[2].Kill();
        var killed = _cluster.Now;
        Assert.Equal(2, (await nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 1))).Length);

        Assert.InRange(_cluster.Now - killed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await _cluster.UntilBalancedAsync(nodes[0], nodes[1]);
        Assert.Equal(MemberStatus.Dead, _cluster.Map.Find(nodes[2].Generation)!.Status);
    });

    [Fact]
    public void A_node_whose_address_goes_with_its_process_is_taken_over_at_once() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var entity = _cluster.EntityAt(nodes[2]);
        await nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 0));
        await _cluster.PassAsync(TimeSpan.FromSeconds(3));
        _cluster.Network.Vanish(nodes[2].Address);
        nodes[2].Kill();
        var killed = _cluster.Now;
        Assert.Equal(2, (await nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 1))).Length);

        Assert.InRange(_cluster.Now - killed, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));
    });

    [Fact]
    public void A_node_is_killed_under_load_and_no_client_of_the_others_fails() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes[..2], nodes);
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        nodes[2].Kill();
        await _cluster.PassAsync(TimeSpan.FromSeconds(2));
        nodes[2] = await _cluster.StartAsync("n3");
        await _cluster.UntilBalancedAsync(nodes);
        await load.StopAndCheckAsync();
        output.WriteLine($"{load.Acknowledged} items, the longest took {load.Longest}");
        Assert.InRange(load.Longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void A_silent_node_is_taken_over_when_its_lease_has_ended_and_ends_itself_when_it_hears_of_it() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes[..2], nodes);
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        Isolate(nodes[2], nodes);
        var cut = _cluster.Now;
        await _cluster.UntilAsync(() => nodes[2].OwnedByMap == 0, TimeSpan.FromSeconds(30));
        Assert.InRange(_cluster.Now - cut, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(11));
        Assert.False(nodes[2].Node.Membership.HasLease);
        await _cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Null(nodes[2].Superseded);
        nodes[2].Store.Faults.Unavailable = false;
        _cluster.Network.Heal();
        await _cluster.UntilAsync(() => nodes[2].Superseded is not null, TimeSpan.FromSeconds(10));
        await load.StopAndCheckAsync();
        Assert.InRange(load.Longest, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12));
    });

    [Fact]
    public void A_node_that_sleeps_past_its_lease_serves_nothing_when_it_wakes() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var entity = _cluster.EntityAt(nodes[2]);
        var load = Load(nodes[..2], nodes);
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        nodes[2].Process.Pause();
        await _cluster.UntilAsync(() => nodes[2].OwnedByMap == 0, TimeSpan.FromSeconds(30));
        await nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 99, 0));

        // First of all, before its timers and what the network held: a session of its own asks.
        var stale = nodes[2].AskAsync<All>(entity, new ReadAll());
        nodes[2].Process.Resume();
        var failure = await Record.ExceptionAsync(() => stale);
        Assert.True(failure is RegionStoppedException || (await stale).Items.Any(item => item.Client == 99), failure?.ToString());
        await _cluster.UntilAsync(() => nodes[2].Superseded is not null, TimeSpan.FromSeconds(5));
        await load.StopAndCheckAsync();
    });

    [Fact]
    public void A_node_that_sleeps_less_than_its_lease_goes_on() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes, nodes);
        for (var i = 0; i < 5; i++)
        {
            await _cluster.PassAsync(TimeSpan.FromSeconds(4));
            nodes[i % 3].Process.Pause();
            await _cluster.PassAsync(TimeSpan.FromSeconds(5));
            nodes[i % 3].Process.Resume();
        }

        await _cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.All(nodes, node => Assert.True(node.Superseded is null && node.OwnedByMap == 4));
        await load.StopAndCheckAsync();
    });

    [Fact]
    public void A_path_that_carries_nothing_in_one_direction_evicts_nobody() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes, nodes);
        await _cluster.PassAsync(TimeSpan.FromSeconds(2));
        _cluster.Network.Cut(nodes[0].Address, nodes[2].Address);
        await _cluster.PassAsync(TimeSpan.FromSeconds(20));
        _cluster.Network.Heal();
        await _cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.All(nodes, node => Assert.True(node.Superseded is null && node.OwnedByMap == 4));
        await load.StopAndCheckAsync();
        Assert.InRange(load.Longest, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(27));
    });

    [Fact]
    public void Connections_that_break_cost_nothing() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes, nodes);
        for (var i = 0; i < 50; i++)
        {
            await _cluster.PassAsync(TimeSpan.FromMilliseconds(37));
            _cluster.Network.Break(nodes[i % 3].Address, nodes[(i + 1) % 3].Address);
        }

        Assert.All(nodes, node => Assert.Null(node.Superseded));
        await load.StopAndCheckAsync();
        Assert.InRange(load.Longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void Who_is_refused_alone_evicts_nobody() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        _cluster.Network.Refuse(nodes[0].Address, nodes[2].Address);
        var waiting = nodes[0].AskAsync<Appended>(_cluster.EntityAt(nodes[2]), new Append(Guid.NewGuid(), 0, 0));
        await _cluster.PassAsync(TimeSpan.FromSeconds(20));
        Assert.All(nodes, node => Assert.True(node.Superseded is null && node.OwnedByMap == 4));
        _cluster.Network.Heal();
        await waiting;
    });

    [Fact]
    public void Two_that_refuse_each_other_do_not_evict_each_other_again_and_again() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        _cluster.Network.Refuse(nodes[0].Address, nodes[1].Address);
        _cluster.Network.Refuse(nodes[1].Address, nodes[0].Address);
        await _cluster.UntilAsync(() => nodes.Any(node => node.Superseded is not null), TimeSpan.FromSeconds(5));
        var dead = Array.FindIndex(nodes, node => node.Superseded is not null);
        nodes[dead].Kill();
        nodes[dead] = await _cluster.StartAsync(nodes[dead].Name);
        await _cluster.PassAsync(TimeSpan.FromMinutes(1));
        Assert.All(nodes, node => Assert.Null(node.Superseded));
    });

    [Fact]
    public void While_the_store_is_away_past_all_leases_messages_wait_and_afterwards_nobody_was_evicted() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var load = Load(nodes, nodes);
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        Array.ForEach(nodes, node => node.Store.Faults.Unavailable = true);
        await _cluster.PassAsync(TimeSpan.FromSeconds(20));
        Assert.All(nodes, node => Assert.False(node.Node.GetStatus().IsServing));
        var acknowledged = load.Acknowledged;
        await _cluster.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(acknowledged, load.Acknowledged);
        for (var i = 0; i < 3; i++)
        {
            // One comes back well before the others.
            nodes[i].Store.Faults.Unavailable = false;
            await _cluster.PassAsync(TimeSpan.FromSeconds(i == 0 ? 4 : 0));
        }

        await _cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.All(nodes, node => Assert.True(node.Superseded is null && node.Node.GetStatus().IsServing));
        await load.StopAndCheckAsync();
    });

    [Fact]
    public void A_slow_store_costs_time_and_nothing_else() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var load = Load(nodes, nodes);
        Array.ForEach(nodes, node => node.Store.Faults.Delay = TimeSpan.FromMilliseconds(400));
        var third = await _cluster.StartAsync("n3");
        await _cluster.UntilBalancedAsync([.. nodes, third]);
        nodes[1].Kill();
        await _cluster.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Null(nodes[0].Superseded);
        Assert.Equal(0, nodes[1].OwnedByMap);
    });

    [Fact]
    public void A_new_run_of_a_node_ends_the_one_before() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var second = await _cluster.StartAsync("n1");
        await _cluster.UntilAsync(() => nodes[0].Superseded is not null, TimeSpan.FromSeconds(5));
        await _cluster.UntilBalancedAsync(nodes[1], second);
        await Assert.ThrowsAsync<RegionStoppedException>(() => nodes[0].AskAsync<All>(_cluster.EntityAt(second), new ReadAll()));
    });

    /// <summary>Slow enough that a minute of it is read back at once.</summary>
    private TallyLoad Load(TestNode[] clients, TestNode[] owners) =>
        new(_cluster, clients, [.. owners.SelectMany(node => new[] { _cluster.EntityAt(node), _cluster.EntityAt(node, 2) })], pauseMs: 200);

    private void Isolate(TestNode node, TestNode[] nodes)
    {
        node.Store.Faults.Unavailable = true;
        foreach (var other in nodes.Where(other => other != node))
        {
            _cluster.Network.CutBoth(node.Address, other.Address);
        }
    }
}
