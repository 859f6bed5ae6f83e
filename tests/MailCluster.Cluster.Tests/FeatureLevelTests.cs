using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Tests;

/// <summary>Nodes of two releases in one cluster: at which level they work, when it rises, and who may come in then.</summary>
public sealed class FeatureLevelTests
{
    private readonly TestCluster _cluster = new();

    [Fact]
    public void A_cluster_in_which_nobody_is_behind_begins_at_the_newest_level() => _cluster.Run(async () =>
    {
        var node = await _cluster.StartAsync("n1");
        Assert.Equal(FeatureLevel.Newest, node.Node.Membership.Level);
        Assert.Equal(FeatureLevel.Newest, node.Node.GetStatus().Level);
    });

    [Fact]
    public void The_level_is_that_of_the_member_that_speaks_least_until_it_is_gone() => _cluster.Run(async () =>
    {
        var old = await _cluster.StartAsync("n1", level: FeatureLevel.Mail);
        var first = await _cluster.StartAsync("n2");
        await _cluster.UntilBalancedAsync(old, first);
        await _cluster.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(FeatureLevel.Mail, first.Node.Membership.Level);

        await old.LeaveAsync();
        await _cluster.UntilAsync(() => first.Node.Membership.Level == FeatureLevel.Newest, TimeSpan.FromSeconds(5));
        Assert.Equal(FeatureLevel.Newest, _cluster.Map.Level);
    });

    [Fact]
    public void A_member_that_is_silent_counts_until_it_is_declared_dead() => _cluster.Run(async () =>
    {
        var old = await _cluster.StartAsync("n1", level: FeatureLevel.Mail);
        var first = await _cluster.StartAsync("n2");
        await _cluster.UntilBalancedAsync(old, first);
        old.Store.Faults.Unavailable = true;
        await _cluster.PassAsync(_cluster.Options.Lease / 2);
        Assert.Equal(FeatureLevel.Mail, first.Node.Membership.Level);

        await _cluster.UntilAsync(() => first.Node.Membership.Level == FeatureLevel.Newest, TimeSpan.FromMinutes(1));
        Assert.Equal(MemberStatus.Dead, _cluster.Map.Find(old.Generation)!.Status);
    });

    [Fact]
    public void The_next_run_of_the_last_old_node_raises_the_level_and_all_hear_of_it() => _cluster.Run(async () =>
    {
        var old = await _cluster.StartAsync("n1", level: FeatureLevel.Mail);
        var first = await _cluster.StartAsync("n2");
        var second = await _cluster.StartAsync("n3");
        await _cluster.UntilBalancedAsync(old, first, second);
        old.Kill();
        var next = await _cluster.StartAsync("n1");

        Assert.Equal(FeatureLevel.Newest, next.Node.Membership.Level);
        await _cluster.UntilBalancedAsync(first, second, next);
        Assert.All(_cluster.Nodes.Except([old]), node => Assert.Equal(FeatureLevel.Newest, node.Node.Membership.Level));
    });

    [Fact]
    public void A_node_that_does_not_speak_the_level_is_not_let_in_and_takes_nothing() => _cluster.Run(async () =>
    {
        var first = await _cluster.StartAsync("n1");
        var refused = await Assert.ThrowsAsync<ClusterLevelException>(() => _cluster.StartAsync("n2", level: FeatureLevel.Mail));
        Assert.Contains($"the cluster is at feature level {FeatureLevel.Newest}, and this node speaks no more than {FeatureLevel.Mail}", refused.Message, StringComparison.Ordinal);
        await _cluster.UntilBalancedAsync(first);
        Assert.DoesNotContain(_cluster.Map.Members, member => member.Node == "n2");
    });

    [Fact]
    public void A_release_that_dropped_a_level_does_not_join_nodes_that_need_it() => _cluster.Run(async () =>
    {
        var old = await _cluster.StartAsync("n1", level: FeatureLevel.Mail);
        var refused = await Assert.ThrowsAsync<ClusterLevelException>(() => _cluster.StartAsync("n2", levelMin: FeatureLevel.Filtering));
        Assert.Contains("more than one release behind", refused.Message, StringComparison.Ordinal);
        Assert.Equal(MemberStatus.Dead, Assert.Single(_cluster.Map.Members, member => member.Node == "n2").Status);
        await old.LeaveAsync();

        // Alone with data of that level it may: what is old can be read for ever.
        var next = await _cluster.StartAsync("n2", levelMin: FeatureLevel.Filtering);
        Assert.Equal(FeatureLevel.Newest, next.Node.Membership.Level);
    });

    [Fact]
    public void Counters_are_told_to_nodes_that_know_of_them() => _cluster.Run(async () =>
    {
        var old = await _cluster.StartAsync("n1", level: FeatureLevel.Mail);
        var first = await _cluster.StartAsync("n2");
        var second = await _cluster.StartAsync("n3");
        await _cluster.UntilBalancedAsync(old, first, second);
        var told = new List<string>();
        foreach (var node in new[] { old, second })
            node.Node.CountersTold += _ => told.Add(node.Name);
        await first.Process.RunAsync(() =>
        {
            first.Node.TellCounters(new byte[] { 1 });
            return Task.CompletedTask;
        });
        await _cluster.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["n3"], told);
    });
}
