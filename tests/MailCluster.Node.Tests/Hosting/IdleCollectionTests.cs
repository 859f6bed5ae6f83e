using MailCluster.Node.Hosting;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>When the node gives memory back by itself.</summary>
public sealed class IdleCollectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeHeap _heap = new();
    private readonly IdleCollection _collection;

    public IdleCollectionTests() => _collection = new IdleCollection(Interval, new ManualTimeProvider(), _heap, NullLogger.Instance);

    public ValueTask DisposeAsync() => _collection.DisposeAsync();

    [Fact]
    public void It_waits_until_little_is_allocated()
    {
        Look(allocated: 100 << 20);
        Look(allocated: 100 << 20);
        Assert.Empty(_heap.Collections);
        Look(allocated: 1 << 20);
        Assert.Equal([true], _heap.Collections);
    }

    [Fact]
    public void It_does_not_do_so_again_before_there_is_something_to_gain()
    {
        Look(allocated: 100 << 20);
        Look(allocated: 0);
        for (var i = 0; i < 7; i++)
            Look(allocated: 1 << 20);
        Assert.Single(_heap.Collections);
        Look(allocated: 1 << 20);
        Assert.Equal(2, _heap.Collections.Count);
    }

    [Fact]
    public void It_moves_nothing_where_very_much_is_alive()
    {
        _heap.LiveBytes = 600L << 20;
        Look(allocated: 100 << 20);
        Look(allocated: 0);
        Assert.Equal([false], _heap.Collections);
    }

    // The interval's end is called by hand: the clock of this test stands still.
    private void Look(long allocated)
    {
        _heap.AllocatedBytes += allocated;
        _collection.Look();
    }

    private sealed class FakeHeap : IManagedHeap
    {
        public List<bool> Collections { get; } = [];

        public long LiveBytes { get; set; } = 50 << 20;

        public long CommittedBytes => LiveBytes;

        public long AllocatedBytes { get; set; }

        public void Collect(bool move) => Collections.Add(move);
    }
}
