using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IClusterStore"/> keeps, whoever calls it in whatever order. Ends of leases are brought about by the harness.</summary>
public abstract class ClusterStoreContract : IAsyncLifetime
{
    /// <summary>Leases that do not end during a test by themselves.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    protected const int ShardCount = 16;

    /// <summary>A store with <see cref="ShardCount"/> free shards and no members.</summary>
    protected IClusterStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Generations_grow_and_a_new_run_ends_the_one_before()
    {
        var first = await JoinAsync("n1");
        var other = await JoinAsync("n2");
        var second = await JoinAsync("n1");

        Assert.True(Generation.None < first && first < other && other < second);
        Assert.False(await Store.RenewAsync(first, Long, default));
        Assert.True(await Store.RenewAsync(second, Long, default));
        Assert.True(await Store.RenewAsync(other, Long, default));
        var map = await Store.ReadAsync(default);
        Assert.Equal([("n2", other), ("n1", second)], map.Members.Select(member => (member.Node, member.Generation)).OrderBy(pair => pair.Item2));
        Assert.All(map.Members, member => Assert.Equal(MemberStatus.Active, member.Status));
    }

    [Fact]
    public async Task A_member_is_read_as_it_registered()
    {
        var generation = await Store.JoinAsync(new MemberRegistration("n1", "10.0.0.1:2424", NodeRoles.Edge | NodeRoles.Mailbox, "1.2.3"), Long, default);
        var map = await Store.ReadAsync(default);

        var member = Assert.Single(map.Members);
        Assert.Equal(member, map.Find(generation));
        Assert.Equal(
            new Member("n1", generation, "10.0.0.1:2424", NodeRoles.Edge | NodeRoles.Mailbox, "1.2.3", MemberStatus.Active, member.LeaseLeft), member);
        Assert.InRange(member.LeaseLeft, Long / 2, Long);
        Assert.Equal(ShardCount, map.Owners.Length);
        Assert.All(map.Owners, owner => Assert.Equal(Generation.None, owner));
    }

    [Fact]
    public async Task The_level_is_what_all_members_speak_and_never_sinks()
    {
        var old = await JoinAsync("n1", FeatureLevel.Mail);
        await JoinAsync("n2");
        Assert.Equal(FeatureLevel.Mail, await Store.RaiseLevelAsync(default));
        await Store.LeaveAsync(old, default);
        Assert.Equal(FeatureLevel.Mail, await Store.RaiseLevelAsync(default));
        var before = await Store.ReadAsync(default);
        Assert.Equal((FeatureLevel.Mail, FeatureLevel.Mail), (before.Level, before.LevelOfAll));
        Assert.Equal([FeatureLevel.Mail, FeatureLevel.Newest], before.Members.Select(member => member.Level).Order());

        await Store.MarkDeadAsync(old, onlyIfExpired: false, default);
        Assert.Equal(FeatureLevel.Mail, (await Store.ReadAsync(default)).Level);
        Assert.Equal(FeatureLevel.Newest, await Store.RaiseLevelAsync(default));
        var after = await Store.ReadAsync(default);
        Assert.Equal(FeatureLevel.Newest, after.Level);
        Assert.True(after.Version > before.Version);
        Assert.Equal(FeatureLevel.Newest, await Store.RaiseLevelAsync(default));
        Assert.Equal(after.Version, (await Store.ReadAsync(default)).Version);
    }

    [Fact]
    public async Task Who_does_not_speak_the_level_does_not_join()
    {
        await JoinAsync("n1");
        await Store.RaiseLevelAsync(default);
        var refused = await Assert.ThrowsAsync<ClusterLevelException>(async () => await JoinAsync("n2", FeatureLevel.Mail));
        Assert.Contains($"the cluster is at feature level {FeatureLevel.Newest}", refused.Message, StringComparison.Ordinal);
        Assert.Equal("n1", Assert.Single((await Store.ReadAsync(default)).Members).Node);
    }

    [Fact]
    public async Task A_raise_is_told()
    {
        var told = new SemaphoreSlim(0);
        await JoinAsync("n1");
        await using var watching = Store.Watch(() => told.Release());
        await Store.RaiseLevelAsync(default);
        await ToldAsync(told);
    }

    [Fact]
    public async Task Joins_and_raises_at_once_leave_nobody_below_the_level()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(async () =>
        {
            try
            {
                await JoinAsync($"n{number}", number % 2 == 0 ? FeatureLevel.Newest : FeatureLevel.Mail);
                await Store.RaiseLevelAsync(default);
            }
            catch (ClusterLevelException)
            {
                // Somebody else was first.
            }
        })));
        var map = await Store.ReadAsync(default);
        Assert.All(map.Members, member => Assert.True(member.Level >= map.Level));
    }

    [Fact]
    public async Task A_tool_that_only_writes_has_no_say()
    {
        await Store.JoinAsync(new MemberRegistration("tool", "", NodeRoles.None, "") { Level = FeatureLevel.Mail }, Long, default);
        await JoinAsync("n1");
        Assert.Equal(FeatureLevel.Newest, await Store.RaiseLevelAsync(default));
    }

    [Fact]
    public async Task A_claim_gives_free_shards_up_to_the_number_asked_for()
    {
        var n1 = await JoinAsync("n1");
        var n2 = await JoinAsync("n2");
        var first = await Store.ClaimAsync(n1, 6, default);
        var second = await Store.ClaimAsync(n2, 100, default);
        var none = await Store.ClaimAsync(n1, 100, default);

        Assert.Equal(6, first.Count);
        Assert.Equal(ShardCount - 6, second.Count);
        Assert.Empty(none);
        Assert.Empty(first.Intersect(second));
        var map = await Store.ReadAsync(default);
        Assert.All(first, shard => Assert.Equal(n1, map.Owners[shard.Value]));
        Assert.All(second, shard => Assert.Equal(n2, map.Owners[shard.Value]));
    }

    [Fact]
    public async Task Claims_at_once_get_different_shards()
    {
        var nodes = new List<Generation>();
        for (var i = 0; i < 4; i++)
        {
            nodes.Add(await JoinAsync($"n{i}"));
        }

        var claims = await Task.WhenAll(nodes.Select(node => Task.Run(async () =>
        {
            var mine = new List<ShardId>();
            while (mine.Count < ShardCount / 4 && await Store.ClaimAsync(node, 1, default) is { Count: > 0 } got)
            {
                mine.AddRange(got);
            }

            return mine;
        })));

        Assert.Equal(ShardCount, claims.SelectMany(mine => mine).Distinct().Count());
        var map = await Store.ReadAsync(default);
        for (var i = 0; i < nodes.Count; i++)
        {
            Assert.All(claims[i], shard => Assert.Equal(nodes[i], map.Owners[shard.Value]));
        }
    }

    [Fact]
    public async Task Only_an_active_member_claims()
    {
        var leaving = await JoinAsync("n1");
        var dead = await JoinAsync("n2");
        await Store.LeaveAsync(leaving, default);
        Assert.True(await Store.MarkDeadAsync(dead, onlyIfExpired: false, default));

        Assert.Empty(await Store.ClaimAsync(leaving, 5, default));
        Assert.Empty(await Store.ClaimAsync(dead, 5, default));
        Assert.Empty(await Store.ClaimAsync(new Generation(987_654), 5, default));
    }

    [Fact]
    public async Task The_shards_of_a_living_member_cannot_be_claimed_and_those_of_a_dead_one_can()
    {
        var n1 = await JoinAsync("n1");
        var n2 = await JoinAsync("n2");
        await Store.ClaimAsync(n1, ShardCount, default);
        Assert.Empty(await Store.ClaimAsync(n2, 1, default));
        await Store.LeaveAsync(n1, default);
        Assert.Empty(await Store.ClaimAsync(n2, 1, default));
        await Store.MarkDeadAsync(n1, onlyIfExpired: false, default);

        var map = await Store.ReadAsync(default);
        Assert.Equal(n1, map.Owners[0]);
        Assert.Equal(MemberStatus.Dead, map.Find(n1)!.Status);
        Assert.Equal(ShardCount, (await Store.ClaimAsync(n2, ShardCount, default)).Count);
    }

    [Fact]
    public async Task A_shard_is_released_to_its_successor()
    {
        var n1 = await JoinAsync("n1");
        var n2 = await JoinAsync("n2");
        var shard = Assert.Single(await Store.ClaimAsync(n1, 1, default));
        await Store.ReleaseAsync(n1, shard, n2, default);
        Assert.Equal(n2, (await Store.ReadAsync(default)).Owners[shard.Value]);

        // It is not n1's any more: nothing happens.
        await Store.ReleaseAsync(n1, shard, n1, default);
        await Store.ReleaseAsync(n1, shard, Generation.None, default);
        Assert.Equal(n2, (await Store.ReadAsync(default)).Owners[shard.Value]);
    }

    [Fact]
    public async Task A_shard_whose_successor_is_not_active_is_free()
    {
        var n1 = await JoinAsync("n1");
        var leaving = await JoinAsync("n2");
        var dead = await JoinAsync("n3");
        await Store.LeaveAsync(leaving, default);
        await Store.MarkDeadAsync(dead, onlyIfExpired: false, default);
        var shards = await Store.ClaimAsync(n1, 4, default);
        Generation[] successors = [leaving, dead, new Generation(987_654), Generation.None];
        for (var i = 0; i < 4; i++)
        {
            await Store.ReleaseAsync(n1, shards[i], successors[i], default);
        }

        Assert.All((await Store.ReadAsync(default)).Owners, owner => Assert.Equal(Generation.None, owner));
    }

    [Fact]
    public async Task Status_goes_only_forward()
    {
        var n1 = await JoinAsync("n1");
        await Store.LeaveAsync(n1, default);
        Assert.Equal(MemberStatus.Leaving, (await Store.ReadAsync(default)).Find(n1)!.Status);
        Assert.True(await Store.RenewAsync(n1, Long, default));
        Assert.True(await Store.MarkDeadAsync(n1, onlyIfExpired: false, default));
        await Store.LeaveAsync(n1, default);
        Assert.Equal(MemberStatus.Dead, (await Store.ReadAsync(default)).Find(n1)!.Status);
        Assert.False(await Store.RenewAsync(n1, Long, default));
        Assert.True(await Store.MarkDeadAsync(n1, onlyIfExpired: true, default));
    }

    [Fact]
    public async Task A_member_is_declared_dead_for_silence_only_when_its_lease_has_run_out()
    {
        var n1 = await JoinAsync("n1");
        Assert.False(await Store.MarkDeadAsync(n1, onlyIfExpired: true, default));
        Assert.True(await Store.RenewAsync(n1, Long, default));
        await EndLeaseAsync(n1);
        Assert.True((await Store.ReadAsync(default)).Find(n1)!.LeaseLeft <= TimeSpan.Zero);
        Assert.True(await Store.MarkDeadAsync(n1, onlyIfExpired: true, default));
        Assert.False(await Store.RenewAsync(n1, Long, default));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_renewed_while_nobody_has_declared_the_member_dead()
    {
        var n1 = await JoinAsync("n1");
        await EndLeaseAsync(n1);
        Assert.True(await Store.RenewAsync(n1, Long, default));
        Assert.False(await Store.MarkDeadAsync(n1, onlyIfExpired: true, default));
    }

    [Fact]
    public async Task The_version_grows_with_every_change_and_not_with_renewals()
    {
        var n1 = await JoinAsync("n1");
        var version = (await Store.ReadAsync(default)).Version;
        await Store.RenewAsync(n1, Long, default);
        await Store.MarkDeadAsync(n1, onlyIfExpired: true, default);
        Assert.Equal(version, (await Store.ReadAsync(default)).Version);

        var n2 = await JoinAsync("n2");
        version = await GrownAsync(version);
        var shard = Assert.Single(await Store.ClaimAsync(n1, 1, default));
        version = await GrownAsync(version);
        await Store.ReleaseAsync(n1, shard, n2, default);
        version = await GrownAsync(version);
        await Store.LeaveAsync(n2, default);
        version = await GrownAsync(version);
        await Store.MarkDeadAsync(n2, onlyIfExpired: false, default);
        version = await GrownAsync(version);
        await JoinAsync("n1");
        await GrownAsync(version);
    }

    [Fact]
    public async Task A_change_is_told_to_those_who_watch_until_they_stop()
    {
        using var told = new SemaphoreSlim(0);
        var watching = Store.Watch(() => told.Release());
        var n1 = await JoinAsync("n1");
        await ToldAsync(told);
        await Store.ClaimAsync(n1, 1, default);
        await ToldAsync(told);
        await watching.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadAsync(cancelled.Token));
    }

    /// <summary>Makes the store; called once a test.</summary>
    protected abstract Task<IClusterStore> OpenAsync();

    /// <summary>Makes the lease of that member run out by the store's clock, and no other's.</summary>
    protected abstract Task EndLeaseAsync(Generation generation);

    protected ValueTask<Generation> JoinAsync(string node, int level = FeatureLevel.Newest) => Store.JoinAsync(
        new MemberRegistration(node, $"{node}:2424", NodeRoles.Edge | NodeRoles.Mailbox, "1.0") { Level = level }, Long, CancellationToken.None);

    /// <summary>Notices may come more often than changes, never less: the wait is for the first, which releases all others too.</summary>
    private static async Task ToldAsync(SemaphoreSlim told)
    {
        Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(30)), "No notice of the change came.");
        while (told.CurrentCount > 0)
        {
            await told.WaitAsync();
        }
    }

    private async Task<long> GrownAsync(long before)
    {
        var version = (await Store.ReadAsync(default)).Version;
        Assert.True(version > before, $"{version} after {before}");
        return version;
    }
}
