using MailCluster.Node.Hosting;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>When the node gives memory back by itself.</summary>
public sealed class IdleCollectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeMemory _memory = new();
    private readonly IdleCollection _collection;
    private int _cacheReleases;

    public IdleCollectionTests() => _collection = new IdleCollection(Interval, new ManualTimeProvider(), ReleaseCachesAsync, _memory, NullLogger.Instance);

    public ValueTask DisposeAsync() => _collection.DisposeAsync();

    [Fact]
    public async Task It_waits_until_little_is_allocated()
    {
        await LookAsync(allocated: 100 << 20);
        await LookAsync(allocated: 100 << 20);
        for (var i = 1; i < IdleCollection.LooksPerInterval; i++)
            await LookAsync(allocated: 1 << 18);
        await LookAsync(allocated: 100 << 20);
        for (var i = 1; i < IdleCollection.LooksPerInterval; i++)
            await LookAsync(allocated: 1 << 18);
        Assert.Empty(_memory.Collections);
        await LookAsync(allocated: 1 << 18);
        Assert.Equal([true], _memory.Collections);
        Assert.Equal(1, _cacheReleases);
    }

    [Fact]
    public async Task It_does_not_do_so_again_before_there_is_something_to_gain()
    {
        await LookAsync(allocated: 100 << 20);
        await QuietIntervalAsync();
        for (var i = 0; i < 31; i++)
            await LookAsync(allocated: 1 << 18);
        Assert.Single(_memory.Collections);
        await LookAsync(allocated: 1 << 18);
        Assert.Equal(2, _memory.Collections.Count);
    }

    [Fact]
    public async Task It_moves_nothing_where_very_much_is_alive()
    {
        _memory.LiveBytes = 600L << 20;
        await LookAsync(allocated: 100 << 20);
        await QuietIntervalAsync();
        Assert.Equal([false], _memory.Collections);
    }

    private async Task QuietIntervalAsync()
    {
        for (var i = 0; i < IdleCollection.LooksPerInterval; i++)
            await LookAsync(allocated: 0);
    }

    // Looks are called by hand: the clock of this test stands still.
    private Task LookAsync(long allocated)
    {
        _memory.AllocatedBytes += allocated;
        return _collection.LookAsync();
    }

    private Task ReleaseCachesAsync()
    {
        // Before the heap is collected, or what was let go stays.
        Assert.Equal(_cacheReleases, _memory.Collections.Count);
        _cacheReleases++;
        return Task.CompletedTask;
    }

    private sealed class FakeMemory : IProcessMemory
    {
        public List<bool> Collections { get; } = [];

        public long LiveBytes { get; set; } = 50 << 20;

        public long CommittedBytes => LiveBytes;

        public long AllocatedBytes { get; set; }

        public void Collect(bool move) => Collections.Add(move);
    }
}
