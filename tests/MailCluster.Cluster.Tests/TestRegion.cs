using MailCluster.Actors;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Cluster.Tests;

/// <summary>A region over actors made of functions, on a clock that the test moves.</summary>
public abstract class RegionTest : IDisposable
{
    protected static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly List<ShardRegion> _regions = [];

    protected RegionTest() => System = new ActorSystem(Time, NullLoggerFactory.Instance);

    protected ManualTimeProvider Time { get; } = new();

    protected ActorSystem System { get; }

    /// <summary>Every entity made, in order.</summary>
    internal List<TestEntity> Made { get; } = [];

    internal Func<TestEntity, Delivery, ValueTask> Receive { get; set; } = Echo;

    internal Func<TestEntity, ValueTask> Stopping { get; set; } = _ => ValueTask.CompletedTask;

    internal Func<TestEntity, ValueTask> Starting { get; set; } = _ => ValueTask.CompletedTask;

    internal static ValueTask Echo(TestEntity entity, Delivery message)
    {
        message.Reply(message.Message);
        return default;
    }

    internal ShardRegion Open(ShardRegionOptions? options = null, IShardAllocation? allocation = null, int shards = 16)
    {
        var region = new ShardRegion(
            System, shards, allocation ?? new LocalShardAllocation(), options ?? new ShardRegionOptions(), Make, NullLoggerFactory.Instance);
        _regions.Add(region);
        return region;
    }

    /// <summary>Awaits what other threads are about to bring about.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 5_000_000, "It did not come about.");
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        System.Dispose();
        GC.SuppressFinalize(this);
    }

    internal virtual ActorCell Make(EntityId id)
    {
        lock (Made)
        {
            var entity = new TestEntity(System, id, Made.Count, this);
            Made.Add(entity);
            return entity;
        }
    }
}

internal sealed class TestEntity(ActorSystem system, EntityId id, int number, RegionTest test) : Actor(system)
{
    internal EntityId Id { get; } = id;

    /// <summary>The how-manieth entity of the test.</summary>
    internal int Number { get; } = number;

    internal bool Stopped { get; private set; }

    internal void Report(long bytes) => ReportMemory(bytes);

    internal void AskToPassivate() => Passivate();

    protected override ValueTask OnStartAsync() => test.Starting(this);

    protected override ValueTask ReceiveAsync(Delivery message) => test.Receive(this, message);

    protected override async ValueTask OnStoppingAsync(Exception? failure)
    {
        await test.Stopping(this);
        Stopped = true;
    }
}

internal sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Reached => _reached.Task;

    internal void Open() => _open.TrySetResult();

    internal Task PassAsync()
    {
        _reached.TrySetResult();
        return _open.Task;
    }
}
