using System.Buffers;
using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster.Routing;

/// <summary>What a region of one node has to do with the others: where shards are, and how to send there.</summary>
internal sealed class RegionLink(
    ClusterMembership membership,
    ClusterShardAllocation allocation,
    IPeerTransport peers,
    IEntityCodec codec,
    IEntityPublisher publisher,
    ClusterNodeOptions options,
    TimeProvider time)
{
    /// <summary>
    /// The answer may come so much after the asker gave up: then it is late. Later still, the path is broken. The asker itself waits no longer than it
    /// said.
    /// </summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>An ask without a deadline is looked after so often.</summary>
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromMinutes(10);

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _frame;

    internal ClusterMembership Membership { get; } = membership;

    internal ClusterShardAllocation Allocation { get; } = allocation;

    internal IEntityCodec Codec { get; } = codec;

    internal IEntityPublisher Publisher { get; } = publisher;

    internal ClusterNodeOptions Options { get; } = options;

    internal TimeProvider Time { get; } = time;

    internal IPeerTransport Peers { get; } = peers;

    /// <summary>Writes and sends the message; what fails here, or at once, is in its reply.</summary>
    /// <remarks>Under the shard's lock, so that messages leave in the order of their places. The transport only queues.</remarks>
    internal void Send(ShardId shard, RemoteMessage message)
    {
        var left = message.Envelope.TimeLeft;
        var route = message.Route;
        try
        {
            var frame = _frame ??= new ArrayBufferWriter<byte>(1024);
            frame.ResetWrittenCount();
            EntityFrame.WriteHead(frame, shard, Membership.Map.Version, route.Number, message.Place, left, message.Entity);
            Codec.WriteMessage(message.Envelope.Message, frame);
            var timeout = left == Timeout.InfiniteTimeSpan || left > TimeoutMax ? TimeoutMax : left + Slack;

            // A lane for each shard: its messages keep their order, and a large one holds up no other shard.
            var request = new PeerRequest(PeerRequestKind.EntityMessage, frame.WrittenMemory, shard.Value);
            message.Reply = Peers.AskAsync(route.Peer, request, timeout, CancellationToken.None).AsTask();
        }
        catch (Exception failure)
        {
            message.Reply = Task.FromException<ReadOnlyMemory<byte>>(failure);
        }
    }

    /// <summary>Whether the peer is dead by the map: then no answer of it is to be waited for.</summary>
    internal bool IsDead(Member peer) => Membership.Map.Find(peer.Generation) is not { Status: not MemberStatus.Dead };

    /// <summary>A peer knows that map: read it unless ours is as new.</summary>
    internal void Heard(long mapVersion)
    {
        if (mapVersion > Membership.Map.Version)
        {
            Membership.WantMap();
        }
    }

    /// <summary>How long to wait before the next try, after so many in a row.</summary>
    internal TimeSpan RetryAfter(int attempts)
    {
        var wait = Options.RetryMin * (1 << Math.Min(attempts, 10));
        return Membership.Jitter(wait < Options.RetryMax ? wait : Options.RetryMax);
    }

    internal Task PauseAsync(ShardId shard, Generation tried, int attempts, CancellationToken cancellationToken) =>
        Allocation.WaitForOtherHomeAsync(shard, tried, RetryAfter(attempts), Time, cancellationToken);
}
