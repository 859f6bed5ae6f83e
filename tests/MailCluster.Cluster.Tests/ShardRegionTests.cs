using MailCluster.Actors;

namespace MailCluster.Cluster.Tests;

public sealed class ShardRegionTests : RegionTest
{
    private static readonly EntityId s_alice = new("alice@example.com");

    [Fact]
    public async Task The_first_message_starts_an_entity_and_later_ones_find_it()
    {
        var region = Open();
        Assert.Equal(0, region.EntitiesActive);
        Assert.Equal(1, await region.AskAsync<int>(s_alice, 1, Never, default));
        Assert.Equal(2, await region.AskAsync<int>(s_alice, 2, Never, default));
        Assert.Equal(3, await region.AskAsync<int>(new EntityId("bob@example.com"), 3, Never, default));

        Assert.Equal([s_alice, new EntityId("bob@example.com")], Made.Select(entity => entity.Id));
        Assert.Equal(2, region.EntitiesActive);
    }

    [Fact]
    public async Task An_entity_that_cannot_be_made_fails_its_message_and_the_next_one_tries_again()
    {
        var broken = new BrokenOnce(this);
        var region = broken.Region;
        await Assert.ThrowsAsync<FormatException>(async () => await region.AskAsync<int>(s_alice, 1, Never, default));
        Assert.Equal(0, region.EntitiesActive);
        Assert.Equal(1, await region.AskAsync<int>(s_alice, 1, Never, default));
    }

    [Fact]
    public async Task An_entity_that_fails_to_start_fails_what_waits_and_is_forgotten()
    {
        var starts = 0;
        Starting = _ => ++starts == 1 ? throw new FormatException("recovery") : default;
        var region = Open();
        await Assert.ThrowsAsync<FormatException>(async () => await region.AskAsync<int>(s_alice, 1, Never, default));
        Assert.Equal(1, await region.AskAsync<int>(s_alice, 1, Never, default));
        Assert.Equal(2, Made.Count);
        Assert.Equal(1, region.EntitiesActive);
    }

    [Fact]
    public async Task A_failed_entity_starts_again_for_what_it_had_not_begun()
    {
        var gate = new Gate();
        Receive = async (entity, message) =>
        {
            if (message.Message is "bad")
            {
                await gate.PassAsync();
                throw new FormatException("bug");
            }

            message.Reply(entity.Number);
        };
        var region = Open();
        var bad = region.AskAsync<int>(s_alice, "bad", Never, default).AsTask();
        await gate.Reached;
        var waiting = Enumerable.Range(0, 5).Select(i => region.AskAsync<int>(s_alice, $"good{i}", Never, default).AsTask()).ToArray();
        gate.Open();

        await Assert.ThrowsAsync<FormatException>(() => bad);
        Assert.All(await Task.WhenAll(waiting), number => Assert.Equal(1, number));
    }

    [Fact]
    public async Task A_stop_lets_entities_finish_and_refuses_what_comes_after()
    {
        var gate = new Gate();
        Receive = async (_, message) =>
        {
            await gate.PassAsync();
            message.Reply(message.Message);
        };
        var region = Open();
        var running = region.AskAsync<int>(s_alice, 1, Never, default).AsTask();
        await gate.Reached;
        var queued = region.AskAsync<int>(s_alice, 2, Never, default).AsTask();
        var stopping = region.StopAsync(CancellationToken.None);

        await Assert.ThrowsAsync<RegionStoppedException>(async () => await region.AskAsync<int>(s_alice, 3, Never, default));
        await Assert.ThrowsAsync<RegionStoppedException>(async () => await region.AskAsync<int>(new EntityId("new"), 3, Never, default));
        Assert.False(stopping.IsCompleted);
        gate.Open();
        await stopping;

        Assert.Equal(1, await running);
        Assert.Equal(2, await queued);
        Assert.True(Assert.Single(Made).Stopped);
        Assert.Equal(0, region.EntitiesActive);
        await region.StopAsync(CancellationToken.None);
        await region.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_can_be_waited_for_with_a_limit()
    {
        var gate = new Gate();
        Stopping = async _ => await gate.PassAsync();
        var region = Open();
        await region.AskAsync<int>(s_alice, 1, Never, default);
        using var limit = new CancellationTokenSource();
        var stopping = region.StopAsync(limit.Token);
        await gate.Reached;
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping);
        gate.Open();
        await region.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Messages_wait_in_order_for_the_home_of_their_shard()
    {
        var allocation = new ManualAllocation();
        var seen = new List<object>();
        Receive = (_, message) =>
        {
            seen.Add(message.Message);
            message.Reply(message.Message);
            return default;
        };
        var region = Open(new ShardRegionOptions { BufferMax = 3 }, allocation, shards: 1);
        var waiting = Enumerable.Range(0, 3).Select(i => region.AskAsync<int>(s_alice, i, Never, default).AsTask()).ToArray();

        await Assert.ThrowsAsync<BusyException>(async () => await region.AskAsync<int>(s_alice, 9, Never, default));
        Assert.Empty(Made);
        Assert.Equal(1, allocation.Asked);
        allocation.Answer(ShardHome.Here);
        await Task.WhenAll(waiting);

        Assert.Equal([0, 1, 2], seen);
        await region.AskAsync<int>(s_alice, 4, Never, default);
        Assert.Equal(1, allocation.Asked);
    }

    [Fact]
    public async Task A_shard_elsewhere_or_without_a_home_is_said_to_be_so_and_asked_for_again()
    {
        var allocation = new ManualAllocation();
        var region = Open(null, allocation, shards: 1);
        var first = region.AskAsync<int>(s_alice, 1, Never, default).AsTask();
        allocation.Answer(ShardHome.At("n2"));
        Assert.Equal("n2", (await Assert.ThrowsAsync<ShardElsewhereException>(() => first)).Node);

        var second = region.AskAsync<int>(s_alice, 1, Never, default).AsTask();
        allocation.Fail(new IOException("no database"));
        Assert.IsType<IOException>((await Assert.ThrowsAsync<ShardUnavailableException>(() => second)).InnerException);

        var third = region.AskAsync<int>(s_alice, 1, Never, default).AsTask();
        allocation.Answer(ShardHome.Here);
        Assert.Equal(1, await third);
    }

    [Fact]
    public async Task A_hand_off_drains_releases_and_routes_anew_what_came_meanwhile()
    {
        var allocation = new ManualAllocation();
        var gate = new Gate();
        Receive = async (entity, message) =>
        {
            if (entity.Number == 0)
            {
                await gate.PassAsync();
            }

            message.Reply(entity.Number);
        };
        var region = Open(null, allocation, shards: 1);
        var running = region.AskAsync<int>(s_alice, 1, Never, default).AsTask();
        allocation.Answer(ShardHome.Here);
        await gate.Reached;
        var queued = region.AskAsync<int>(s_alice, 2, Never, default).AsTask();
        var handOff = region.HandOffAsync(new ShardId(0));
        var meanwhile = region.AskAsync<int>(s_alice, 3, Never, default).AsTask();
        Assert.Empty(allocation.Released);
        gate.Open();

        Assert.Equal(0, await running);
        Assert.Equal(0, await queued);
        await UntilAsync(() => allocation.Asked == 2);
        Assert.Equal([new ShardId(0)], allocation.Released);
        Assert.True(Made[0].Stopped);
        Assert.Single(Made);
        allocation.Answer(ShardHome.Here);
        Assert.Equal(1, await meanwhile);
        await handOff;
    }

    [Fact]
    public async Task Only_a_hosted_shard_is_handed_off()
    {
        var region = Open(shards: 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => region.HandOffAsync(new ShardId(0)));
        await region.AskAsync<int>(s_alice, 1, Never, default);
        await region.HandOffAsync(new ShardId(0));
        Assert.Equal(0, region.EntitiesActive);
        Assert.Equal(1, await region.AskAsync<int>(s_alice, 1, Never, default));
    }

    private sealed class BrokenOnce
    {
        private int _made;

        internal BrokenOnce(ShardRegionTests test) => Region = new ShardRegion(
            test.System,
            1,
            new LocalShardAllocation(),
            new ShardRegionOptions(),
            id => _made++ == 0 ? throw new FormatException("cannot") : test.Make(id),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

        internal ShardRegion Region { get; }
    }

    private sealed class ManualAllocation : IShardAllocation
    {
        private TaskCompletionSource<ShardHome> _answer = new();

        internal int Asked { get; private set; }

        internal List<ShardId> Released { get; } = [];

        public async ValueTask<ShardHome> GetHomeAsync(ShardId shard, CancellationToken cancellationToken)
        {
            Asked++;
            return await _answer.Task;
        }

        public ValueTask ReleaseAsync(ShardId shard, CancellationToken cancellationToken)
        {
            Released.Add(shard);
            return default;
        }

        /// <summary>Continues the region on this thread, so that it has acted when this returns.</summary>
        internal void Answer(ShardHome home)
        {
            var answer = _answer;
            _answer = new TaskCompletionSource<ShardHome>();
            answer.SetResult(home);
        }

        internal void Fail(Exception failure)
        {
            var answer = _answer;
            _answer = new TaskCompletionSource<ShardHome>();
            answer.SetException(failure);
        }
    }
}
