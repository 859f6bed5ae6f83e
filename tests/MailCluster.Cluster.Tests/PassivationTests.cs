using MailCluster.Actors;
using Xunit.Abstractions;

namespace MailCluster.Cluster.Tests;

public sealed class PassivationTests(ITestOutputHelper output) : RegionTest
{
    private static readonly EntityId s_alice = new("alice@example.com");

    [Fact]
    public async Task An_idle_entity_goes_and_a_used_one_stays()
    {
        var region = Open(new ShardRegionOptions { IdleTimeout = TimeSpan.FromSeconds(8) });
        await region.AskAsync<int>(s_alice, 1, Never, default);
        await region.AskAsync<int>(new EntityId("bob"), 1, Never, default);
        await UntilAsync(() => Made.All(entity => entity.IsIdle));
        Time.Advance(TimeSpan.FromSeconds(5));
        await region.AskAsync<int>(s_alice, 2, Never, default);
        await UntilAsync(() => Made.All(entity => entity.IsIdle));
        Time.Advance(TimeSpan.FromSeconds(4));
        await UntilAsync(() => region.EntitiesActive == 1);

        Assert.False(Made[0].Stopped);
        Assert.True(Made[1].Stopped);
        await UntilAsync(() => Made[0].IsIdle);
        Time.Advance(TimeSpan.FromSeconds(8));
        await UntilAsync(() => region.EntitiesActive == 0);
        Assert.Equal(3, await region.AskAsync<int>(s_alice, 3, Never, default));
        Assert.Equal(3, Made.Count);
    }

    [Fact]
    public async Task An_entity_in_the_middle_of_something_is_not_idle()
    {
        var gate = new Gate();
        Receive = async (_, message) =>
        {
            await gate.PassAsync();
            message.Reply(Done.Instance);
        };
        var region = Open(new ShardRegionOptions { IdleTimeout = TimeSpan.FromSeconds(8) });
        var long_ = region.AskAsync<Done>(s_alice, 1, Never, default).AsTask();
        await gate.Reached;
        Time.Advance(TimeSpan.FromSeconds(60));
        gate.Open();
        await long_;

        Assert.False(Made[0].Stopped);
        await UntilAsync(() => Made[0].IsIdle);
        Time.Advance(TimeSpan.FromSeconds(60));
        await UntilAsync(() => region.EntitiesActive == 0);
    }

    /// <summary>The race the hand-shake is for: a message that arrives while the entity stops is not lost, and a fresh entity answers it.</summary>
    [Fact]
    public async Task A_message_that_arrives_while_the_entity_stops_starts_it_again()
    {
        var gate = new Gate();
        Stopping = async entity =>
        {
            if (entity.Number == 0)
            {
                await gate.PassAsync();
            }
        };
        Receive = (entity, message) =>
        {
            if (message.Message is "go")
            {
                entity.AskToPassivate();
                entity.AskToPassivate();
            }

            message.Reply((entity.Number, message.Message));
            return default;
        };
        var region = Open(new ShardRegionOptions { BufferMax = 3 });
        await region.AskAsync<(int, object)>(s_alice, "go", Never, default);
        await gate.Reached;
        var late = Enumerable.Range(0, 3).Select(i => region.AskAsync<(int, object)>(s_alice, i, Never, default).AsTask()).ToArray();
        await Assert.ThrowsAsync<BusyException>(async () => await region.AskAsync<(int, object)>(s_alice, 3, Never, default));
        Assert.Single(Made);
        Assert.Equal(1, region.EntitiesActive);
        gate.Open();

        Assert.Equal([(1, 0), (1, 1), (1, 2)], await Task.WhenAll(late));
        Assert.True(Made[0].Stopped);
        Assert.Equal(2, Made.Count);
    }

    [Fact]
    public async Task Messages_buffered_while_the_entity_stops_are_refused_when_the_region_stops()
    {
        var gate = new Gate();
        Stopping = async _ => await gate.PassAsync();
        Receive = (entity, message) =>
        {
            entity.AskToPassivate();
            message.Reply(1);
            return default;
        };
        var region = Open();
        await region.AskAsync<int>(s_alice, "go", Never, default);
        await gate.Reached;
        var late = region.AskAsync<int>(s_alice, "late", Never, default).AsTask();
        var stopping = region.StopAsync(CancellationToken.None);
        gate.Open();

        await Assert.ThrowsAsync<RegionStoppedException>(() => late);
        await stopping;
        Assert.Single(Made);
    }

    [Fact]
    public async Task Over_budget_the_least_recently_used_go_until_a_tenth_is_free()
    {
        Receive = (entity, message) =>
        {
            entity.Report((int)message.Message);
            message.Reply(Done.Instance);
            return default;
        };
        var region = Open(new ShardRegionOptions { MemoryBudgetBytes = 1000, IdleTimeout = Timeout.InfiniteTimeSpan });
        for (var i = 0; i < 10; i++)
        {
            await region.AskAsync<Done>(new EntityId($"u{i}"), 100, Never, default);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        // u0 is used again; u1 is now the one used longest ago.
        await region.AskAsync<Done>(new EntityId("u0"), 100, Never, default);
        await UntilAsync(() => Made.All(entity => entity.IsIdle));
        Assert.Equal(1000, region.MemoryBytes);
        Time.Advance(TimeSpan.FromSeconds(3));
        await region.AskAsync<Done>(new EntityId("new"), 150, Never, default);
        await UntilAsync(() => region.MemoryBytes <= 900);

        await UntilAsync(() => Made.Count(entity => entity.Stopped) == 3);
        Assert.Equal(["u1", "u2", "u3"], Made.Where(entity => entity.Stopped).Select(entity => entity.Id.Value));
        Assert.Equal(850, region.MemoryBytes);
    }

    [Fact]
    public async Task Entities_in_use_stay_though_they_exceed_the_budget()
    {
        Receive = (entity, message) =>
        {
            entity.Report(5000);
            message.Reply(Done.Instance);
            return default;
        };
        var region = Open(new ShardRegionOptions { MemoryBudgetBytes = 1000, IdleTimeout = TimeSpan.FromMinutes(10) });
        for (var i = 0; i < 20; i++)
        {
            await region.AskAsync<Done>(s_alice, 1, Never, default);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Single(Made);
        await UntilAsync(() => Made[0].IsIdle);
        Time.Advance(TimeSpan.FromSeconds(30));
        await UntilAsync(() => region.EntitiesActive == 0);
        Assert.Equal(0, region.MemoryBytes);
    }

    /// <summary>Senders against entities that keep passivating, idle sweeps and hand-offs: every message is answered, in order, by one entity at a time.</summary>
    [Fact]
    public async Task Under_constant_passivation_no_message_is_lost_doubled_or_reordered()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        const int Entities = 5;
        const int Senders = 4;
        const int Messages = 3000;
        var alive = new int[Entities];
        var handled = new int[Entities, Senders];
        var wrong = 0;
        var random = new Random(seed);
        Starting = async entity =>
        {
            if (Interlocked.Increment(ref alive[Index(entity)]) != 1)
            {
                Interlocked.Increment(ref wrong);
            }

            await Task.Yield();
        };
        Stopping = async entity =>
        {
            await Task.Yield();
            Interlocked.Decrement(ref alive[Index(entity)]);
        };
        Receive = async (entity, message) =>
        {
            var (sender, number) = ((int, int))message.Message;
            if (handled[Index(entity), sender]++ != number)
            {
                Interlocked.Increment(ref wrong);
            }

            int dice;
            lock (random)
            {
                dice = random.Next(20);
            }

            if (dice == 0)
            {
                entity.AskToPassivate();
            }
            else if (dice == 1)
            {
                await Task.Yield();
            }

            message.Reply(number);
        };
        var region = Open(new ShardRegionOptions { IdleTimeout = TimeSpan.FromMilliseconds(20), BufferMax = 100_000 }, shards: 2);
        using var stop = new CancellationTokenSource();
        var disturbing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                Time.Advance(TimeSpan.FromMilliseconds(15));
                if (i % 50 == 0)
                {
                    try
                    {
                        await region.HandOffAsync(new ShardId(i / 50 % 2));
                    }
                    catch (InvalidOperationException)
                    {
                        // Nothing of it is here just now.
                    }
                }

                await Task.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var pending = new Queue<(int Number, Task<int> Ask)>();
            for (var i = 0; i < Messages * Entities; i++)
            {
                pending.Enqueue((i / Entities, region.AskAsync<int>(new EntityId($"{i % Entities}"), (sender, i / Entities), Never, default).AsTask()));
                if (pending.Count > 40)
                {
                    var (number, ask) = pending.Dequeue();
                    Assert.Equal(number, await ask);
                }
            }

            foreach (var (number, ask) in pending)
            {
                Assert.Equal(number, await ask);
            }
        })));
        await stop.CancelAsync();
        await disturbing;
        await region.StopAsync(CancellationToken.None);

        Assert.True(wrong == 0, $"seed {seed}: {wrong} wrong");
        Assert.Equal(Entities * Senders * Messages, handled.Cast<int>().Sum());
        Assert.All(alive, count => Assert.Equal(0, count));
        output.WriteLine($"{Made.Count} entities made");
        Assert.True(Made.Count > 100, $"only {Made.Count} entities were made: nothing was tested");

        static int Index(TestEntity entity) => entity.Id.Value[0] - '0';
    }
}
