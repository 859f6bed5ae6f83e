using System.Buffers;
using System.Runtime.CompilerServices;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster.Routing;

/// <summary>Reads one entity's publications from one peer, until the shard is elsewhere or the peer is lost; both end the reading alike.</summary>
internal sealed class EntityReader(RegionLink link, ShardId shard, Member peer)
{
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(over);
        var items = link.Peers.StreamAsync(peer, Request(entity, subscription), over.Token).GetAsyncEnumerator(over.Token);
        try
        {
            while (await NextAsync(items, over.Token, cancellationToken))
            {
                yield return items.Current;
            }
        }
        finally
        {
            over.Cancel();
            await watching;
            await items.DisposeAsync();
        }
    }

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ReadOnlyMemory<byte>> items, CancellationToken over, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception lost) when (lost is PeerLostException or PeerUnreachableException)
        {
            return false;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The shard moved.
            return false;
        }
    }

    private PeerRequest Request(EntityId entity, ReadOnlyMemory<byte> subscription)
    {
        var frame = new ArrayBufferWriter<byte>(64 + subscription.Length);
        EntityFrame.WriteHead(frame, shard, link.Membership.Map.Version, 0, 0, Timeout.InfiniteTimeSpan, entity);
        frame.Write(subscription.Span);
        return new PeerRequest(PeerRequestKind.EntityStream, frame.WrittenMemory);
    }

    /// <summary>Ends the reading when the map says that the shard is not at the peer any more.</summary>
    private async Task WatchAsync(CancellationTokenSource over)
    {
        try
        {
            while (true)
            {
                var changed = link.Allocation.HomeChangeOf(shard);
                if (!link.Allocation.TryGetHome(shard, out var home) || home.Peer?.Generation != peer.Generation)
                {
                    over.Cancel();
                    return;
                }

                await changed.WaitAsync(over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reading ended.
        }
    }
}
