using System.Runtime.InteropServices;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Routing;

namespace MailCluster.Cluster;

/// <summary>The shard's messages and readers that come from peers.</summary>
internal sealed partial class Shard
{
    /// <summary>By the run that sends: its newest route, and what of it is next.</summary>
    private readonly Dictionary<Generation, InboundRoute> _inbound = [];

    /// <summary>Cancelled when the shard leaves; null while nobody reads.</summary>
    private CancellationTokenSource? _streams;

    /// <summary>
    /// Takes a peer's message if the shard is served here and the message is the next of its route. Never buffers: what cannot be taken now waits at
    /// its sender, which knows its order.
    /// </summary>
    /// <returns><see cref="EntityReplyKind.Answered"/> when taken; then its reply comes by <paramref name="reply"/>.</returns>
    internal EntityReplyKind Accept(Generation sender, in EntityFrame frame, object message, out ValueTask<object> reply)
    {
        reply = default;
        lock (_guard)
        {
            ref var route = ref CollectionsMarshal.GetValueRefOrAddDefault(_inbound, sender, out _);
            if (frame.Route < route.Number)
            {
                return EntityReplyKind.Moved;
            }

            if (frame.Route > route.Number)
            {
                route = new InboundRoute { Number = frame.Route };
            }

            if (route.Ended || frame.Place != route.Next)
            {
                route.Ended = true;
                return EntityReplyKind.Moved;
            }

            var verdict = CanTake();
            if (verdict != EntityReplyKind.Answered)
            {
                route.Ended = true;
                return verdict;
            }

            route.Next++;
            var ask = region.CreateAsk(message, frame.TimeLeft);
            reply = ask.Reply;
            DeliverToEntity(frame.Entity, ask.Envelope, region.Now);
            return EntityReplyKind.Answered;
        }
    }

    /// <summary>Begins to serve a reader on another node, until the token returned is cancelled. Null when the shard is not served here.</summary>
    internal CancellationToken? OpenStream()
    {
        lock (_guard)
        {
            return CanTake() == EntityReplyKind.Answered ? (_streams ??= new CancellationTokenSource()).Token : null;
        }
    }

    /// <summary>That run sends nothing any more.</summary>
    internal void Forget(Generation dead)
    {
        lock (_guard)
        {
            _inbound.Remove(dead);
        }
    }

    private EntityReplyKind CanTake()
    {
        var serves = region.Now < region.ServesUntil;
        switch (_phase)
        {
            case ShardPhase.Hosting when serves:
                return EntityReplyKind.Answered;
            case ShardPhase.Hosting:
                _phase = ShardPhase.Suspended;
                return EntityReplyKind.NotServing;
            case ShardPhase.Suspended:
                return EntityReplyKind.NotServing;
            case ShardPhase.Unknown or ShardPhase.Resolving when serves && region.Allocation.TryGetHome(id, out var home) && home.IsHere:
                // What waits here came first.
                Host();
                return EntityReplyKind.Answered;
            default:
                return EntityReplyKind.Moved;
        }
    }

    /// <summary>Nothing that peers have sent so far is taken, however late it comes; their readers are told to look elsewhere.</summary>
    private void EndInbound()
    {
        foreach (var sender in _inbound.Keys)
        {
            CollectionsMarshal.GetValueRefOrNullRef(_inbound, sender).Ended = true;
        }

        if (_streams is { } streams)
        {
            // Not here: whoever reads is told on the way, and may ask this shard again.
            _streams = null;
            region.Queue(() =>
            {
                streams.Cancel();
                streams.Dispose();
            });
        }
    }

    private struct InboundRoute
    {
        internal long Number;
        internal long Next;
        internal bool Ended;
    }
}
