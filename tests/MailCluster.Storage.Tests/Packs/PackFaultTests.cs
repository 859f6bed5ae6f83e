using MailCluster.Bodies;
using MailCluster.Storage.Packs;
using static MailCluster.Storage.Tests.Packs.PackFixture;

namespace MailCluster.Storage.Tests.Packs;

/// <summary>Disks that are full or fail.</summary>
public sealed class PackFaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private PackStep? _failAt;

    [Theory]
    [InlineData(nameof(PackStep.RecordsWritten))]
    [InlineData(nameof(PackStep.RecordsFlushed))]
    [InlineData(nameof(PackStep.PackCreated))]
    public async Task A_put_that_fails_keeps_nothing_and_the_store_goes_on(string step)
    {
        await using var store = Open(_directory, new PackOptions { PackBytesMax = 1_000, AtStep = Fail });
        var before = await store.PutAsync(Bytes(900, 1));
        _failAt = Enum.Parse<PackStep>(step);
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => store.PutAsync(Bytes(900, 2)));
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => store.PutAsync(Bytes(900, 3)));
        _failAt = null;
        var after = await store.PutAsync(Bytes(900, 4));
        Assert.Equal(Bytes(900, 1), await store.ReadAsync(before));
        Assert.Equal(Bytes(900, 4), await store.ReadAsync(after));
        Assert.Equal(2, (await store.RecordsAsync()).Count);

        using var left = _directory.CopyAsAfterKill();
        await using var next = Open(left);
        Assert.Equal(2, (await next.RecordsAsync()).Count);
    }

    [Fact]
    public async Task What_comes_while_a_lone_put_is_written_shares_the_next_write()
    {
        var writes = 0;
        using var reached = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        await using var store = Open(_directory, new PackOptions { AtStep = Hold });
        var alone = Task.Run(() => store.PutAsync(Bytes(100, 0)));
        reached.Wait(CancellationToken.None);
        var others = Enumerable.Range(1, 50).Select(i => store.PutAsync(Bytes(100, i))).ToArray();
        Assert.All(others, other => Assert.False(other.IsCompleted));
        gate.Set();
        Assert.Equal(Bytes(100, 0), await store.ReadAsync(await alone));
        var stored = await Task.WhenAll(others);
        for (var i = 0; i < stored.Length; i++)
            Assert.Equal(Bytes(100, i + 1), await store.ReadAsync(stored[i]));
        Assert.Equal(2, writes);
        Assert.Equal(51, (await store.RecordsAsync()).Count);

        void Hold(PackStep step)
        {
            if (step != PackStep.RecordsWritten || Interlocked.Increment(ref writes) != 1)
                return;
            reached.Set();
            gate.Wait(CancellationToken.None);
        }
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_more_is_written_to_that_pack()
    {
        await using var store = Open(_directory, new PackOptions { AtStep = Fail });
        var before = await store.PutAsync(Bytes(100, 1));
        _failAt = PackStep.RecordsFlushed;
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => store.PutAsync(Bytes(100, 2)));
        _failAt = null;
        var after = await store.PutAsync(Bytes(100, 3));
        Assert.NotEqual(before.Value >> 32, after.Value >> 32);
    }

    [Fact]
    public async Task A_release_that_fails_says_so_and_can_be_said_again()
    {
        await using var store = Open(_directory, new PackOptions { AtStep = Fail });
        var body = await store.PutAsync(Bytes(100, 1));
        _failAt = PackStep.Released;
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(
            async () => await store.ReleaseAsync(new[] { body }, Noon, CancellationToken.None));
        _failAt = null;
        await store.ReleaseAsync(new[] { body }, Noon, CancellationToken.None);
        Assert.True(Assert.Single(await store.RecordsAsync()).Released);
    }

    [Fact]
    public async Task After_closing_a_put_says_unavailable()
    {
        var store = Open(_directory);
        await store.DisposeAsync();
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => store.PutAsync([1]));
        await store.DisposeAsync();
    }

    private void Fail(PackStep step)
    {
        if (step == _failAt)
            throw new IOException("No space left on device");
    }

    public void Dispose() => _directory.Dispose();
}
