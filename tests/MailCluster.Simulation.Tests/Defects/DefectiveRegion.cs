using MailCluster.Cluster;
using MailCluster.Mailboxes;
using MailCluster.Testing.Simulation;

namespace MailCluster.Simulation.Tests.Defects;

/// <summary>The region as the client of mailboxes sees it, with the defect in it.</summary>
internal sealed class DefectiveRegion(IMailboxRegion region, Defect defect, SimulatedProcess process, Random random) : IMailboxRegion
{
    public event Action<ShardId>? HomeChanged
    {
        add => region.HomeChanged += value;
        remove => region.HomeChanged -= value;
    }

    public async ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (defect == Defect.NoOrder && random.Next(4) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 20)), process.Time, cancellationToken);
        }

        return await region.AskAsync<TReply>(entity, defect == Defect.NoDeduplication ? DefectiveCodec.Renamed(message, random) : message, timeout, cancellationToken);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, CancellationToken cancellationToken) => region.SubscribeAsync(entity, subscription, cancellationToken);

    public bool IsHere(EntityId entity) => region.IsHere(entity);

    public ShardId ShardOf(EntityId entity) => region.ShardOf(entity);
}
