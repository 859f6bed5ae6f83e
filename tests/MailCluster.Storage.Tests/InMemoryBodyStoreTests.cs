using MailCluster.Bodies;
using MailCluster.Testing.Contracts;

namespace MailCluster.Storage.Tests;

public sealed class InMemoryBodyStoreTests : BodyStoreContract
{
    protected override ValueTask<BodyStoreHarness> OpenAsync() => ValueTask.FromResult<BodyStoreHarness>(new InMemoryBodyStoreHarness());

    [Fact]
    public async Task It_can_be_made_unavailable()
    {
        var store = (InMemoryBodyStore)Store;
        store.Unavailable = true;
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => PutAsync("a", [1]));
        Assert.Equal(0, store.Count);
    }
}
