namespace MailCluster.Actors.Tests;

/// <summary>What actors and asks cost in memory. Alone, since what other tests allocate meanwhile would be counted too.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests : ActorTest
{
    [Fact]
    public async Task A_steady_stream_of_asks_allocates_next_to_nothing()
    {
        object reply = Done.Instance;
        var actor = new Scripted(System, (_, message) =>
        {
            message.Reply(reply);
            return default;
        });
        await AskAsync(2000);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await AskAsync(20_000);
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;

        // An ask that is not pooled takes 150 bytes more. Debug builds make a class of every async method's state.
#if DEBUG
        const int BytesMax = 256;
#else
        const int BytesMax = 96;
#endif
        Assert.True(bytes < 20_000 * BytesMax, $"{bytes / 20_000.0:0.0} bytes an ask");

        async Task AskAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await actor.AskAsync<Done>(reply, TimeSpan.FromMinutes(1), default);
            }
        }
    }

    [Fact]
    public void An_idle_actor_is_one_small_object()
    {
        const int Count = 1000;
        _ = new Plain(System);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
        {
            _ = new Plain(System);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        Assert.InRange(bytes, 1, 80);
    }

    private sealed class Plain(ActorSystem system) : Actor(system)
    {
        protected override ValueTask ReceiveAsync(Delivery message) => default;
    }
}
