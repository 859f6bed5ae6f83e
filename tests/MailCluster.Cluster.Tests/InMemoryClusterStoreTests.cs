using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Membership.InMemory;
using MailCluster.Testing;
using MailCluster.Testing.Contracts;

namespace MailCluster.Cluster.Tests;

public sealed class InMemoryClusterStoreTests : ClusterStoreContract
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_store_that_cannot_be_reached_fails_its_calls_and_a_lost_answer_is_of_a_call_carried_out()
    {
        var store = (InMemoryClusterStore)Store;
        store.Faults.Unavailable = true;
        await Assert.ThrowsAsync<ClusterStoreUnavailableException>(async () => await store.ReadAsync(default));
        store.Faults.Unavailable = false;
        store.Faults.LoseNextAnswer();
        await Assert.ThrowsAsync<ClusterStoreUnavailableException>(async () => await JoinAsync("n1"));
        Assert.Single((await store.ReadAsync(default)).Members);
    }

    protected override Task<IClusterStore> OpenAsync() => Task.FromResult<IClusterStore>(new InMemoryClusterStore(_time, ShardCount));

    protected override async Task EndLeaseAsync(Generation generation)
    {
        _time.Advance(Long);
        foreach (var other in (await Store.ReadAsync(default)).Members.Where(member => member.Generation != generation))
        {
            await Store.RenewAsync(other.Generation, Long, default);
        }
    }
}
