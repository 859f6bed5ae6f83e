using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Routing;

namespace MailCluster.Cluster;

/// <summary>The shard's messages when a peer has it.</summary>
/// <remarks>
/// <para>The problem: many messages are under way at once; the peer dies, hands the shard over, or the connection breaks, after any of them; and each
/// sender's messages to one entity are to be carried out in their order, none lost, none twice.</para>
/// <para>The steps:</para>
/// <list type="number">
/// <item>Messages go out on a <see cref="RemoteRoute"/>, numbered without gaps, many at a time.</item>
/// <item>The peer takes a message only if it is the next of its route. One that it refuses, for whatever reason, ends the route there: whatever follows on it
/// is refused, too. So of a route a beginning is carried out and nothing after it, even if connections break and are made anew in between, and whatever comes
/// late of an old route is refused.</item>
/// <item>The first message that is refused, does not arrive, or is lost ends the route here: what comes for the shard is buffered. So does a map that says that
/// the shard is elsewhere.</item>
/// <item>When everything on the route is answered or given up, what is to be sent again goes before what was buffered, in its order, and the home is
/// looked up anew. Sent again are messages that were certainly not carried out, and those that may have been but may be repeated: their command
/// id finds the recorded answer (ADR 0004). Others fail: <see cref="OutcomeUnknownException"/>.</item>
/// </list>
/// <para>What is waited for in step 4 ends: the peer answers; or it is declared dead, then nothing more is waited for; or it lives and the shard moved,
/// then answers have <see cref="ClusterNodeOptions.RouteSettleTimeout"/>; or the askers' deadlines pass. A message waits through all of this for as long as its
/// asker does.</para>
/// <para>A crash of this node loses what it had buffered, whose askers are gone with it. A crash of the peer between carrying out and answering is the
/// lost message of step 4.</para>
/// </remarks>
internal sealed partial class Shard
{
    private RemoteRoute? _route;
    private long _lastRoute;

    /// <summary>Routes in a row on which nothing was answered.</summary>
    private int _attempts;

    /// <summary>The map changed where this shard is, or who is dead.</summary>
    internal void HomeMayHaveChanged()
    {
        var settled = false;
        lock (_guard)
        {
            if (_route is not { } route || _phase is not (ShardPhase.Remote or ShardPhase.Settling)
                || (region.Allocation.TryGetHome(id, out var home) && home.Peer?.Generation == route.Peer.Generation))
            {
                return;
            }

            if (_phase == ShardPhase.Remote)
            {
                settled = EndRoute(route);
            }
            else
            {
                LimitPatience(route);
            }
        }

        if (settled)
        {
            _ = ContinueAsync(default, 0);
        }
    }

    /// <summary>Begins a route with what is buffered.</summary>
    private List<RemoteMessage> OpenRoute(Member peer)
    {
        _route = new RemoteRoute(peer, ++_lastRoute);
        _phase = ShardPhase.Remote;
        var sent = new List<RemoteMessage>(_buffer.Count);
        while (_buffer.TryDequeue(out var waiting))
        {
            if (Send(waiting.Entity, waiting.Envelope) is { } message)
            {
                sent.Add(message);
            }
        }

        return sent;
    }

    private RemoteMessage? Send(EntityId entity, Envelope envelope)
    {
        if (envelope.IsAbandoned)
        {
            envelope.Discard();
            return null;
        }

        var route = _route!;
        if (route.InFlight.Count >= region.Options.BufferMax)
        {
            region.RefuseBusy(envelope, $"shard {id}");
            return null;
        }

        var message = new RemoteMessage(route, route.NextPlace++, entity, envelope);
        route.InFlight.Add(message.Place, message);
        region.Link!.Send(id, message);
        region.Metrics.Forwarded.Add(1);
        return message;
    }

    private async Task AwaitReplyAsync(RemoteMessage message)
    {
        EntityReply reply = default;
        Exception? failure = null;
        try
        {
            reply = EntityReply.Read(await message.Reply);
        }
        catch (Exception none)
        {
            failure = none;
        }

        lock (_guard)
        {
            if (message.IsTaken)
            {
                // It comes too late: the route was given up, and the message went elsewhere.
                return;
            }

            message.IsTaken = true;
        }

        Settle(message, failure is null ? AnswerOrFail(message, reply) : Judge(message, failure));
    }

    private static RemoteOutcome Judge(RemoteMessage message, Exception failure)
    {
        switch (failure)
        {
            case PeerUnreachableException:
                return RemoteOutcome.Unreached;
            case PeerLostException or OperationCanceledException:
                return RemoteOutcome.Lost;
            default:
                // It could not be written, or the peer could not read it: once more would be the same.
                message.Envelope.Fail(failure);
                return RemoteOutcome.Done;
        }
    }

    private RemoteOutcome AnswerOrFail(RemoteMessage message, EntityReply reply)
    {
        try
        {
            return Answer(message, reply);
        }
        catch (Exception unreadable)
        {
            message.Envelope.Fail(unreadable);
            return RemoteOutcome.Done;
        }
    }

    private RemoteOutcome Answer(RemoteMessage message, EntityReply reply)
    {
        var link = region.Link!;
        switch (reply.Kind)
        {
            case EntityReplyKind.Answered:
                message.Envelope.Reply(link.Codec.ReadReply(reply.Body));
                return RemoteOutcome.Done;
            case EntityReplyKind.Failed:
                message.Envelope.Fail(link.Codec.ReadFailure(reply.Body));
                return RemoteOutcome.Done;
            case EntityReplyKind.Broken:
                message.Envelope.Fail(new RemoteEntityException(message.Entity, message.Route.Peer.Node, reply.Text));
                return RemoteOutcome.Done;
            case EntityReplyKind.Busy:
                region.Metrics.Busy.Add(1);
                message.Envelope.Fail(new BusyException(reply.Text));
                return RemoteOutcome.Done;
            default:
                link.Heard(reply.MapVersion);
                return RemoteOutcome.Refused;
        }
    }

    private void Settle(RemoteMessage message, RemoteOutcome outcome)
    {
        var route = message.Route;
        bool settled;
        int attempts;
        lock (_guard)
        {
            route.InFlight.Remove(message.Place);
            if (outcome == RemoteOutcome.Lost && message.Envelope.IsAbandoned && _phase == ShardPhase.Remote)
            {
                // Most likely late, not lost: its asker waits no more. If it is lost, the peer misses its place and refuses the next.
                message.Envelope.Discard();
                return;
            }

            if (outcome == RemoteOutcome.Done)
            {
                _attempts = 0;
            }
            else
            {
                Keep(message, outcome);
            }

            settled = _phase switch
            {
                ShardPhase.Remote when outcome != RemoteOutcome.Done => EndRoute(route),
                ShardPhase.Settling => Settled(route),
                _ => false,
            };
            attempts = settled ? _attempts++ : 0;
        }

        if (settled)
        {
            // When only the connection broke, the next one may be there already: the first try does not wait.
            var tried = route.Refused || attempts > 0 ? route.Peer.Generation : Generation.None;
            _ = ContinueAsync(tried, attempts);
        }
    }

    /// <summary>Keeps a message that was not answered for another route, or fails it.</summary>
    private void Keep(RemoteMessage message, RemoteOutcome outcome)
    {
        var envelope = message.Envelope;
        message.Route.Refused |= outcome == RemoteOutcome.Refused;
        if (envelope.IsAbandoned)
        {
            envelope.Discard();
        }
        else if (_phase == ShardPhase.Closed)
        {
            envelope.Fail(outcome == RemoteOutcome.Lost ? new OutcomeUnknownException(message.Entity, message.Route.Peer.Node) : new RegionStoppedException());
        }
        else if (outcome == RemoteOutcome.Lost && !region.Link!.Codec.MayBeRepeated(envelope.Message))
        {
            envelope.Fail(new OutcomeUnknownException(message.Entity, message.Route.Peer.Node));
        }
        else
        {
            message.Route.Again.Add(message);
        }
    }

    /// <summary>Nothing more goes out on the route. Returns whether nothing is under way on it any more.</summary>
    private bool EndRoute(RemoteRoute route)
    {
        _phase = ShardPhase.Settling;
        if (Settled(route))
        {
            return true;
        }

        if (!route.Refused)
        {
            // The path broke, or the shard moved. A peer that refused has yet to finish what it took before, which takes as long as its hand-over does.
            LimitPatience(route);
        }

        return false;
    }

    private void LimitPatience(RemoteRoute route)
    {
        var link = region.Link!;
        if (link.IsDead(route.Peer))
        {
            region.Queue(() => GiveUp(route));
        }
        else
        {
            route.Patience ??= link.Time.CreateTimer(
                _ => GiveUp(route), null, link.Options.RouteSettleTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What is still under way on the route counts as lost.</summary>
    private void GiveUp(RemoteRoute route)
    {
        var lost = new List<RemoteMessage>();
        lock (_guard)
        {
            foreach (var message in route.InFlight.Values)
            {
                if (!message.IsTaken)
                {
                    message.IsTaken = true;
                    lost.Add(message);
                }
            }
        }

        foreach (var message in lost)
        {
            Settle(message, RemoteOutcome.Lost);
        }
    }

    /// <summary>Whether the route, which has ended, is done with: then what it left goes before what was buffered since.</summary>
    private bool Settled(RemoteRoute route)
    {
        if (_route != route || route.InFlight.Count > 0)
        {
            return false;
        }

        if (route.Again.Count > 0)
        {
            region.Metrics.Resent.Add(route.Again.Count);
            route.Again.Sort(static (one, other) => one.Place.CompareTo(other.Place));
            var waiting = new Queue<(EntityId, Envelope)>(route.Again.Count + _buffer.Count);
            foreach (var message in route.Again)
            {
                waiting.Enqueue((message.Entity, message.Envelope));
            }

            while (_buffer.TryDequeue(out var newer))
            {
                waiting.Enqueue(newer);
            }

            _buffer = waiting;
        }

        _route = null;
        _phase = _buffer.Count > 0 ? ShardPhase.Resolving : ShardPhase.Unknown;
        route.End();
        return true;
    }

    /// <summary>Looks for the next home, after a while if <paramref name="tried"/> still has the shard.</summary>
    private async Task ContinueAsync(Generation tried, int attempts)
    {
        if (Phase != ShardPhase.Resolving)
        {
            return;
        }

        if (tried != Generation.None)
        {
            try
            {
                await region.Link!.PauseAsync(id, tried, attempts, region.Stopping);
            }
            catch (OperationCanceledException)
            {
                // The region stops, which has failed what waited.
                return;
            }
        }

        await ResolveAsync();
    }
}
