using MailCluster.Cluster;
using MailCluster.Cluster.Membership;

namespace MailCluster.Simulation.Tests.Stores;

/// <summary>One node's access to the cluster's tables, behind a database link.</summary>
/// <param name="link">The way there.</param>
/// <param name="tables">The tables, without faults of their own.</param>
/// <param name="joined">Told of every new generation, in the step that makes it: the journal takes its writes from then on.</param>
/// <param name="claimsNothing">The defect that nobody takes a dead node's shards.</param>
internal sealed class ClusterStoreClient(
    DatabaseLink link, IClusterStore tables, Func<string, Generation, ValueTask> joined, bool claimsNothing = false) : IClusterStore
{
    public ValueTask<Generation> JoinAsync(MemberRegistration registration, TimeSpan lease, CancellationToken cancellationToken) => CallAsync(
        async () =>
        {
            var generation = await tables.JoinAsync(registration, lease, CancellationToken.None);
            await joined(registration.Node, generation);
            return generation;
        },
        cancellationToken);

    public ValueTask<bool> RenewAsync(Generation generation, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync(() => tables.RenewAsync(generation, lease, CancellationToken.None), cancellationToken);

    public async ValueTask LeaveAsync(Generation generation, CancellationToken cancellationToken) =>
        await CallAsync(() => DoneAsync(tables.LeaveAsync(generation, CancellationToken.None)), cancellationToken);

    public ValueTask<bool> MarkDeadAsync(Generation generation, bool onlyIfExpired, CancellationToken cancellationToken) =>
        CallAsync(() => tables.MarkDeadAsync(generation, onlyIfExpired, CancellationToken.None), cancellationToken);

    public ValueTask<IReadOnlyList<ShardId>> ClaimAsync(Generation claimant, int max, CancellationToken cancellationToken) => CallAsync(
        async () => claimsNothing && HasOrphans(await tables.ReadAsync(CancellationToken.None))
            ? []
            : await tables.ClaimAsync(claimant, max, CancellationToken.None),
        cancellationToken);

    public async ValueTask ReleaseAsync(Generation owner, ShardId shard, Generation successor, CancellationToken cancellationToken) =>
        await CallAsync(() => DoneAsync(tables.ReleaseAsync(owner, shard, successor, CancellationToken.None)), cancellationToken);

    public ValueTask<int> RaiseLevelAsync(CancellationToken cancellationToken) =>
        CallAsync(() => tables.RaiseLevelAsync(CancellationToken.None), cancellationToken);

    public ValueTask<ClusterMap> ReadAsync(CancellationToken cancellationToken) =>
        CallAsync(() => tables.ReadAsync(CancellationToken.None), cancellationToken);

    public IAsyncDisposable Watch(Action changed) => tables.Watch(() =>
    {
        if (link.Reaches && !link.MissesNotices)
        {
            link.Process.Queue(changed);
        }
    });

    private static bool HasOrphans(ClusterMap map) =>
        map.Owners.Any(owner => owner != Generation.None && map.Find(owner) is not { Status: not MemberStatus.Dead });

    private static async ValueTask<bool> DoneAsync(ValueTask call)
    {
        await call;
        return true;
    }

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await link.CallAsync(_ => call(), cancellationToken);
        }
        catch (DatabaseAwayException away)
        {
            throw new ClusterStoreUnavailableException(away.Message, away);
        }
    }
}
