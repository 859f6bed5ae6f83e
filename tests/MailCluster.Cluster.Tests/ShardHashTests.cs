namespace MailCluster.Cluster.Tests;

public sealed class ShardHashTests
{
    /// <summary>These numbers are on disks: a change of the function loses accounts. Computed once, by an independent program.</summary>
    [Theory]
    [InlineData("", 17280346270528514342UL)]
    [InlineData("a", 9413272369427828315UL)]
    [InlineData("alice@example.com", 6045154221903643736UL)]
    [InlineData("żółw@łąka.example", 2629329350028799152UL)]
    [InlineData("😀@example.com", 16395679548287069663UL)]
    public void The_hash_never_changes(string id, ulong expected) => Assert.Equal(expected, ShardHash.Hash(id));

    [Fact]
    public void Shards_are_filled_evenly_by_ids_that_differ_little()
    {
        const int Shards = 256;
        const int PerShard = 200;
        var counts = new int[Shards];
        for (var i = 0; i < Shards * PerShard; i++)
        {
            counts[ShardHash.ShardOf(new EntityId($"user{i}@example.com"), Shards).Value]++;
        }

        // Five standard deviations of a fair throw (sqrt of 200 is 14).
        Assert.InRange(counts.Min(), PerShard - 70, PerShard + 70);
        Assert.InRange(counts.Max(), PerShard - 70, PerShard + 70);
    }

    [Fact]
    public async Task The_number_of_shards_is_chosen_once()
    {
        var store = new InMemoryShardCountStore();
        Assert.Equal(64, await ShardCount.GetAsync(store, 64, CancellationToken.None));
        Assert.Equal(64, await ShardCount.GetAsync(store, null, CancellationToken.None));
        Assert.Equal(64, await ShardCount.GetAsync(store, 64, CancellationToken.None));

        var mismatch = await Assert.ThrowsAsync<ShardCountMismatchException>(async () => await ShardCount.GetAsync(store, 128, CancellationToken.None));
        Assert.Equal((64, 128), (mismatch.Stored, mismatch.Configured));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await ShardCount.GetAsync(store, 0, CancellationToken.None));
        Assert.Equal(ShardCount.Default, await ShardCount.GetAsync(new InMemoryShardCountStore(), null, CancellationToken.None));
    }
}
