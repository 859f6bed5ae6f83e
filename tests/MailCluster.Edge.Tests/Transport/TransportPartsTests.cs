using System.Buffers;
using MailCluster.Edge.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>The parts of the poller's transport that need no socket.</summary>
public sealed class TransportPartsTests
{
    [Fact]
    public void A_chain_gives_what_was_put_into_it()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var model = new Queue<byte>();
        var chain = default(BlockChain);
        byte next = 0;
        for (var step = 0; step < 3000; step++)
        {
            if (random.Next(2) == 0)
            {
                var bytesMin = random.Next(4) == 0 ? random.Next(40_000) : random.Next(300);
                var room = chain.Offer(bytesMin, random.Next(2) == 0);
                Assert.True(room.Length >= bytesMin);
                var count = random.Next(4) == 0 ? 0 : random.Next(Math.Min(room.Length, 9000) + 1);
                for (var i = 0; i < count; i++, next++)
                {
                    room.Span[i] = next;
                    model.Enqueue(next);
                }

                chain.Commit(count);
                if (random.Next(3) == 0)
                    chain.Withdraw();
            }
            else
            {
                var sequence = chain.Sequence;
                Assert.Equal(model.ToArray(), sequence.ToArray());
                var count = random.Next(3) == 0 ? model.Count : random.Next(model.Count + 1);
                Assert.Equal(count, chain.OffsetOf(sequence.GetPosition(count)));
                chain.Take(count);
                for (var i = 0; i < count; i++)
                    model.Dequeue();
            }

            Assert.Equal(model.Count, chain.Length);
            Assert.Equal(model.Count == 0, chain.First is null);
        }

        chain.Clear();
        Assert.Equal(0, chain.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Take(1));
    }

    [Fact]
    public async Task No_signal_is_lost_between_a_look_and_a_wait()
    {
        const int Rounds = 20_000;
        var there = new Readiness();
        var back = new Readiness();
        var seen = 0;
        var waiting = Task.Run(async () =>
        {
            while (seen < Rounds)
            {
                await there.WaitAsync();
                seen++;
                back.Signal();
            }
        });
        await Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                there.Signal();
                await back.WaitAsync();
            }
        });
        await waiting;
        Assert.Equal(Rounds, seen);
    }

    [Fact]
    public async Task Signals_without_a_waiter_are_one()
    {
        var readiness = new Readiness();
        readiness.Signal();
        readiness.Signal();
        readiness.SignalElsewhere();
        await readiness.WaitAsync();
        Assert.False(readiness.TryTake());
        var wait = readiness.WaitAsync();
        Assert.True(readiness.HasWaiter);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await readiness.WaitAsync());
        readiness.SignalElsewhere();
        await wait;
        Assert.False(readiness.HasWaiter);
    }

    [Fact]
    public async Task Features_are_the_connections_own_until_they_are_replaced()
    {
        var features = default(IFeatureCollection);
        var context = default(object);
        await using (var server = await PolledServer.StartAsync(connection =>
        {
            (features, context) = (connection.Features, connection);
            return Task.CompletedTask;
        }))
        {
            using var client = await server.ConnectAsync();
            await client.ReceiveAllAsync();
        }

        Assert.Same(context, features!.Get<IConnectionIdFeature>());
        Assert.Null(features.Get<IConnectionHeartbeatFeature>());
        var items = new ItemsFeature();
        features.Set<IConnectionItemsFeature>(items);
        Assert.Same(items, features.Get<IConnectionItemsFeature>());
        Assert.Equal(5, features.Count());
        features.Set<IConnectionItemsFeature>(null);
        Assert.Same(context, features.Get<IConnectionItemsFeature>());
        Assert.Equal(5, features.DistinctBy(feature => feature.Key).Count());
    }

    private sealed class ItemsFeature : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }
}
