using System.Buffers;
using System.Runtime.CompilerServices;
using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster.Routing;

/// <summary>Answers what the regions of other nodes send to entities here.</summary>
internal sealed class EntityPeerHandler(ShardRegion region, RegionLink link)
{
    /// <remarks>Not async up to the point where the shard has the message: messages of one connection are handed over in their order.</remarks>
    internal ValueTask AnswerAsync(Member from, ReadOnlyMemory<byte> payload, IBufferWriter<byte> reply)
    {
        var frame = EntityFrame.Read(payload);
        link.Heard(frame.MapVersion);
        if (frame.Shard.Value >= region.Shards || region.ShardOf(frame.Entity) != frame.Shard)
        {
            throw new InvalidDataException($"Node {from.Node} counts {frame.Entity} to shard {frame.Shard}.");
        }

        var message = link.Codec.ReadMessage(frame.Body);
        var verdict = region.Accept(from.Generation, frame, message, out var answer);
        if (verdict == EntityReplyKind.Answered)
        {
            return WriteAsync(frame.Entity, answer, reply);
        }

        region.Metrics.Moved.Add(1);
        EntityReply.WriteVersion(reply, verdict, link.Membership.Map.Version);
        return ValueTask.CompletedTask;
    }

    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        ReadOnlyMemory<byte> payload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frame = EntityFrame.Read(payload);
        link.Heard(frame.MapVersion);
        if (frame.Shard.Value >= region.Shards || region.OpenStream(frame.Shard) is not { } left)
        {
            yield break;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(left, cancellationToken);
        var items = link.Publisher.PublishAsync(frame.Entity, frame.Body, over.Token).GetAsyncEnumerator(over.Token);
        try
        {
            while (await NextAsync(items, left))
            {
                yield return items.Current;
            }
        }
        finally
        {
            await items.DisposeAsync();
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> items, CancellationToken left)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The shard left: the reader looks for it anew.
            return false;
        }
    }

    private async ValueTask WriteAsync(EntityId entity, ValueTask<object> answer, IBufferWriter<byte> reply)
    {
        object result;
        try
        {
            result = await answer;
        }
        catch (BusyException busy)
        {
            EntityReply.WriteText(reply, EntityReplyKind.Busy, busy.Message);
            return;
        }
        catch (Exception failure) when (failure is RegionStoppedException or ActorStoppedException || link.Codec.SaysFenced(failure))
        {
            // Certainly not carried out, and not because of what it says.
            EntityReply.WriteVersion(reply, EntityReplyKind.Moved, link.Membership.Map.Version);
            return;
        }
        catch (Exception failure)
        {
            WriteFailure(entity, failure, reply);
            return;
        }

        EntityReply.WriteKind(reply, EntityReplyKind.Answered);
        link.Codec.WriteReply(result, reply);
    }

    private void WriteFailure(EntityId entity, Exception failure, IBufferWriter<byte> reply)
    {
        var words = new ArrayBufferWriter<byte>();
        if (link.Codec.TryWriteFailure(failure, words))
        {
            EntityReply.WriteKind(reply, EntityReplyKind.Failed);
            reply.Write(words.WrittenSpan);
            return;
        }

        ClusterLog.RemoteFailure(region.Log, entity, failure);
        EntityReply.WriteText(reply, EntityReplyKind.Broken, $"{failure.GetType().Name}: {failure.Message}");
    }
}
