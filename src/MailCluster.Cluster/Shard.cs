using MailCluster.Actors;

namespace MailCluster.Cluster;

/// <summary>Where a shard stands in its region.</summary>
/// <remarks>
/// <code>
///   Unknown ──first message──▶ Resolving ──home is here──▶ Hosting ──HandOffAsync──▶ HandingOff ──last entity stopped──▶ Unknown
///      ▲                          │ home elsewhere,
///      └──────────────────────────┘ or cannot be told
///   any ──region stops──▶ Closed
/// </code>
/// Resolving and HandingOff buffer; leaving them drains the buffer in order.
/// </remarks>
internal enum ShardPhase
{
    Unknown,
    Resolving,
    Hosting,
    HandingOff,
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
    private readonly Queue<(EntityId Entity, Envelope Envelope)> _buffer = new();
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

    /// <summary>Hands the envelope on, buffers it or fails it.</summary>
    internal void Deliver(EntityId entity, Envelope envelope)
    {
        var resolve = false;
        lock (_guard)
        {
            switch (_phase)
            {
                case ShardPhase.Hosting:
                    DeliverToEntity(entity, envelope);
                    return;
                case ShardPhase.Closed:
                    envelope.Fail(new RegionStoppedException());
                    return;
                case ShardPhase.Unknown:
                    _phase = ShardPhase.Resolving;
                    resolve = true;
                    break;
            }

            // Once there is a buffer everything goes through it, so that the order of each sender holds.
            if (_buffer.Count < region.Options.BufferMax)
            {
                _buffer.Enqueue((entity, envelope));
            }
            else
            {
                region.RefuseBusy(envelope, $"shard {id}");
            }
        }

        if (resolve)
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
            if (_phase != ShardPhase.Hosting)
            {
                throw new InvalidOperationException($"Shard {id} is {_phase}: only a hosted shard is handed off.");
            }

            _phase = ShardPhase.HandingOff;
            emptied = StopEntities();
        }

        await emptied;
        await region.Allocation.ReleaseAsync(id, CancellationToken.None);
        ClusterLog.HandedOff(region.Log, id);
        var reroute = false;
        lock (_guard)
        {
            if (_phase == ShardPhase.HandingOff)
            {
                reroute = _buffer.Count > 0;
                _phase = reroute ? ShardPhase.Resolving : ShardPhase.Unknown;
            }
        }

        if (reroute)
        {
            await ResolveAsync();
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

            return StopEntities();
        }
    }

    private async Task ResolveAsync()
    {
        ShardHome home = default;
        Exception? failure = null;
        try
        {
            home = await region.Allocation.GetHomeAsync(id, CancellationToken.None);
            if (!home.IsHere)
            {
                failure = new ShardElsewhereException(id, home.Node!);
            }
        }
        catch (Exception unknown)
        {
            ClusterLog.HomeUnknown(region.Log, id, unknown);
            failure = new ShardUnavailableException(id, unknown);
        }

        lock (_guard)
        {
            if (_phase != ShardPhase.Resolving)
            {
                // Closed meanwhile, which emptied the buffer.
                return;
            }

            _phase = failure is null ? ShardPhase.Hosting : ShardPhase.Unknown;
            while (_buffer.TryDequeue(out var waiting))
            {
                if (failure is null)
                {
                    DeliverToEntity(waiting.Entity, waiting.Envelope);
                }
                else
                {
                    waiting.Envelope.Fail(failure);
                }
            }
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
