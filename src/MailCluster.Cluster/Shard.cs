using MailCluster.Actors;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Routing;

namespace MailCluster.Cluster;

/// <summary>Where a shard stands in its region.</summary>
/// <remarks>
/// <code>
///                          ┌──────────────────lease is back───────────────┐
///                          ▼                                              │
///   Unknown ──message──▶ Resolving ──home is here──▶ Hosting ──lease out──▶ Suspended
///    ▲   ▲                │   ▲  │                      │                    │
///    │   └──cannot be told┘   │  └──home is a peer──▶ Remote                 │
///    │                        │                         │ moved, broken      │
///    │                        └──something waits── Settling                  │
///    ├───────────nothing waits────────────────────────┘                      │
///    └──────────────last entity stopped, released──── HandingOff ◀───HandOffAsync, or the map gives it to another, from Hosting, too
///   any ──region stops──▶ Closed
/// </code>
/// All but Hosting and Remote buffer; leaving them drains the buffer in order. (Suspended goes straight back to Hosting.)
/// </remarks>
internal enum ShardPhase
{
    Unknown,

    /// <summary>Something waits, and it is not known where to send it.</summary>
    Resolving,

    /// <summary>Here: messages go to its entities.</summary>
    Hosting,

    /// <summary>Here, and this node has no lease just now: messages wait.</summary>
    Suspended,

    /// <summary>Was here: its entities finish and stop.</summary>
    HandingOff,

    /// <summary>At a peer: messages go there.</summary>
    Remote,

    /// <summary>Was at a peer: what is under way there is answered or found lost before anything else is sent.</summary>
    Settling,

    /// <summary>The region has stopped.</summary>
    Closed,
}

/// <summary>
/// One shard: where its messages go, and its entities when it is here. Not an actor but a lock: a message passes through it in well under a
/// microsecond and without a hop, and nothing slow happens inside.
/// </summary>
internal sealed partial class Shard(ShardRegion region, ShardId id)
{
    private readonly Lock _guard = new();
    private readonly Dictionary<EntityId, ShardEntity> _entities = [];
    private Queue<(EntityId Entity, Envelope Envelope)> _buffer = new();
    private ShardPhase _phase;
    private TaskCompletionSource? _emptied;

    internal ShardPhase Phase
    {
        get
        {
            lock (_guard)
            {
                return _phase;
            }
        }
    }

    /// <summary>For people: the phase, entities in memory, messages that wait, messages under way to a peer.</summary>
    internal (ShardPhase Phase, int Entities, int Buffered, int InFlight) Describe()
    {
        lock (_guard)
        {
            return (_phase, _entities.Count, _buffer.Count, _route?.InFlight.Count ?? 0);
        }
    }

    /// <summary>Hands the envelope on, buffers it or fails it.</summary>
    internal void Deliver(EntityId entity, Envelope envelope)
    {
        var resolve = false;
        RemoteMessage? sent = null;
        lock (_guard)
        {
            switch (_phase)
            {
                case ShardPhase.Hosting:
                    var now = region.Now;
                    if (now < region.ServesUntil)
                    {
                        DeliverToEntity(entity, envelope, now);
                        return;
                    }

                    _phase = ShardPhase.Suspended;
                    break;
                case ShardPhase.Remote:
                    sent = Send(entity, envelope);
                    break;
                case ShardPhase.Closed:
                    envelope.Fail(new RegionStoppedException());
                    return;
                case ShardPhase.Unknown:
                    _phase = ShardPhase.Resolving;
                    resolve = true;
                    break;
            }

            if (_phase != ShardPhase.Remote)
            {
                // Once there is a buffer everything goes through it, so that the order of each sender holds.
                Buffer(entity, envelope);
            }
        }

        if (sent is not null)
        {
            _ = AwaitReplyAsync(sent);
        }
        else if (resolve)
        {
            _ = ResolveAsync();
        }
    }

    /// <summary>Stops all entities, then forgets that the shard was here. What comes meanwhile waits and is routed anew.</summary>
    internal async Task HandOffAsync()
    {
        Task emptied;
        lock (_guard)
        {
            if (_phase is not (ShardPhase.Hosting or ShardPhase.Suspended))
            {
                throw new InvalidOperationException($"Shard {id} is {_phase}: only a hosted shard is handed off.");
            }

            emptied = BeginHandOff();
        }

        await FinishHandOffAsync(emptied);
    }

    /// <summary>
    /// As <see cref="HandOffAsync"/>, for a shard that the allocation does not say is here any more; releases it also when nothing of it had been
    /// in memory.
    /// </summary>
    internal async Task GiveUpAsync()
    {
        var emptied = Task.CompletedTask;
        lock (_guard)
        {
            if (_phase is ShardPhase.Hosting or ShardPhase.Suspended)
            {
                emptied = BeginHandOff();
            }
            else if (_phase == ShardPhase.HandingOff)
            {
                // Left, and come back, before its entities had stopped.
                emptied = StopEntities();
            }
        }

        await FinishHandOffAsync(emptied);
    }

    /// <summary>The lease is back: what waited goes on.</summary>
    internal void Resume()
    {
        lock (_guard)
        {
            if (_phase == ShardPhase.Suspended && region.Now < region.ServesUntil)
            {
                Host();
            }
        }
    }

    /// <summary>Takes nothing any more; completes when the last entity has stopped.</summary>
    internal Task CloseAsync()
    {
        lock (_guard)
        {
            _phase = ShardPhase.Closed;
            while (_buffer.TryDequeue(out var waiting))
            {
                waiting.Envelope.Fail(new RegionStoppedException());
            }

            if (_route is { } route)
            {
                // What is under way at the peer may still be answered; what was to go out again is not.
                foreach (var message in route.Again)
                {
                    message.Envelope.Fail(new RegionStoppedException());
                }

                route.Again.Clear();
                route.End();
            }

            EndInbound();
            return StopEntities();
        }
    }

    private Task BeginHandOff()
    {
        _phase = ShardPhase.HandingOff;
        EndInbound();
        return StopEntities();
    }

    private async Task FinishHandOffAsync(Task emptied)
    {
        await emptied;
        await region.Allocation.ReleaseAsync(id, CancellationToken.None);
        ClusterLog.HandedOff(region.Log, id);
        RouteAnew();
    }

    /// <summary>Finds the shard's home and gives it what waits.</summary>
    private async Task ResolveAsync()
    {
        while (true)
        {
            ShardHome home = default;
            Exception? failure = null;
            try
            {
                home = await region.Allocation.GetHomeAsync(id, region.Stopping);
            }
            catch (OperationCanceledException) when (region.Stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception unknown)
            {
                ClusterLog.HomeUnknown(region.Log, id, unknown);
                failure = new ShardUnavailableException(id, unknown);
            }

            List<RemoteMessage>? sent = null;
            lock (_guard)
            {
                if (_phase != ShardPhase.Resolving)
                {
                    // Closed meanwhile, which emptied the buffer, or found to be here by a peer's message.
                    return;
                }

                // Under the lock, since a hand-over that has begun since then looks at the phase under it, too.
                if (failure is null && region.Link is not null && !region.Allocation.TryGetHome(id, out home))
                {
                    continue;
                }

                if (failure is null && home.IsHere)
                {
                    Host();
                }
                else if (failure is null && home.Peer is { } peer && region.Link is not null)
                {
                    sent = OpenRoute(peer);
                }
                else
                {
                    _phase = ShardPhase.Unknown;
                    FailBuffered(failure ?? new ShardElsewhereException(id, home.Node!));
                }
            }

            foreach (var message in sent ?? [])
            {
                _ = AwaitReplyAsync(message);
            }

            return;
        }
    }

    private void Host()
    {
        _phase = ShardPhase.Hosting;
        var now = region.Now;
        while (_buffer.TryDequeue(out var waiting))
        {
            DeliverToEntity(waiting.Entity, waiting.Envelope, now);
        }
    }

    private void Buffer(EntityId entity, Envelope envelope)
    {
        if (_buffer.Count >= region.Options.BufferMax && !DropAbandoned())
        {
            region.RefuseBusy(envelope, $"shard {id}");
            return;
        }

        _buffer.Enqueue((entity, envelope));
    }

    /// <summary>Whose askers gave up make room. Returns whether there is any.</summary>
    private bool DropAbandoned()
    {
        var kept = new Queue<(EntityId, Envelope)>(_buffer.Count);
        while (_buffer.TryDequeue(out var waiting))
        {
            if (waiting.Envelope.IsAbandoned)
            {
                waiting.Envelope.Discard();
            }
            else
            {
                kept.Enqueue(waiting);
            }
        }

        _buffer = kept;
        return _buffer.Count < region.Options.BufferMax;
    }

    private void FailBuffered(Exception failure)
    {
        while (_buffer.TryDequeue(out var waiting))
        {
            waiting.Envelope.Fail(failure);
        }
    }

    private Task StopEntities()
    {
        if (_entities.Count == 0)
        {
            return Task.CompletedTask;
        }

        _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var entity in _entities.Values)
        {
            Passivate(entity, PassivationReason.Stop);
        }

        return _emptied.Task;
    }
}
