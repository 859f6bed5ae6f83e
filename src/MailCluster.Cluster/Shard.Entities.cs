using MailCluster.Actors;

namespace MailCluster.Cluster;

/// <summary>The entities of a hosted shard: started by their first message, stopped and, if need be, started again.</summary>
internal sealed partial class Shard
{
    internal void PassivateAsAsked(ShardEntity entity)
    {
        lock (_guard)
        {
            Passivate(entity, PassivationReason.Asked);
        }
    }

    internal void MemoryChanged(long deltaBytes) => region.AddMemory(deltaBytes);

    internal void Terminated(ShardEntity entity, Exception? failure, EnvelopeQueue unprocessed)
    {
        lock (_guard)
        {
            // Older than anything that was buffered since.
            entity.Buffer.Prepend(ref unprocessed);
            if (_phase == ShardPhase.Closed)
            {
                entity.Buffer.FailAll(new RegionStoppedException());
            }

            if (_phase == ShardPhase.HandingOff)
            {
                PutBack(entity);
            }

            if (!entity.Buffer.IsEmpty)
            {
                Restart(entity, failure);
                return;
            }

            Forget(entity);
        }
    }

    /// <summary>Adds the entities that could be passivated to <paramref name="candidates"/>, and passivates those idle since before the time given.</summary>
    internal void Sweep(long idleBefore, List<(long LastUsed, Shard Shard, ShardEntity Entity)>? candidates)
    {
        lock (_guard)
        {
            foreach (var entity in _entities.Values)
            {
                if (entity.State != EntityState.Active || !entity.Cell.IsIdle)
                {
                    continue;
                }

                if (entity.LastUsed < idleBefore)
                {
                    Passivate(entity, PassivationReason.Idle);
                }
                else
                {
                    candidates?.Add((entity.LastUsed, this, entity));
                }
            }
        }
    }

    /// <summary>Passivates the entity unless it was used since. Returns the bytes that will come free.</summary>
    internal long PassivateUnused(ShardEntity entity, long lastUsed)
    {
        lock (_guard)
        {
            if (entity.State != EntityState.Active || entity.LastUsed != lastUsed)
            {
                return 0;
            }

            var bytes = entity.Cell.MemoryBytes;
            Passivate(entity, PassivationReason.Memory);
            return bytes;
        }
    }

    /// <summary>Bytes of entities that are on their way out.</summary>
    internal long PassivatingBytes()
    {
        lock (_guard)
        {
            var bytes = 0L;
            foreach (var entity in _entities.Values)
            {
                if (entity.State == EntityState.Passivating)
                {
                    bytes += entity.Cell.MemoryBytes;
                }
            }

            return bytes;
        }
    }

    /// <summary>What the entity had not begun goes to the shard's next home, before what has come since.</summary>
    private void PutBack(ShardEntity entity)
    {
        var newer = _buffer.ToArray();
        _buffer.Clear();
        while (entity.Buffer.TryDequeue(out var envelope))
        {
            _buffer.Enqueue((entity.Id, envelope));
        }

        foreach (var waiting in newer)
        {
            _buffer.Enqueue(waiting);
        }
    }

    private void DeliverToEntity(EntityId entityId, Envelope envelope, long now)
    {
        region.Metrics.Messages.Add(1);
        if (!_entities.TryGetValue(entityId, out var entity))
        {
            entity = new ShardEntity(this, entityId);
            if (!TryStart(entity, out var failure))
            {
                envelope.Fail(failure);
                return;
            }

            _entities.Add(entityId, entity);
            region.EntityAdded();
        }

        entity.LastUsed = now;
        if (entity.State == EntityState.Active)
        {
            switch (entity.Cell.TryEnqueue(envelope))
            {
                case EnqueueResult.Accepted:
                    return;
                case EnqueueResult.Busy:
                    region.RefuseBusy(envelope, entityId.Value);
                    return;
            }

            // It failed and stopped, and the shard is about to hear of it: wait for that as for a passivation.
        }

        if (entity.Buffer.Count < region.Options.BufferMax)
        {
            entity.Buffer.Enqueue(envelope);
        }
        else
        {
            region.RefuseBusy(envelope, entityId.Value);
        }
    }

    private bool TryStart(ShardEntity entity, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Exception? failure)
    {
        try
        {
            var cell = region.MakeEntity(entity.Id);
            cell.AttachTo(entity);
            entity.Cell = cell;
            entity.State = EntityState.Active;
            region.Metrics.Started.Add(1);
            failure = null;
            return true;
        }
        catch (Exception notMade)
        {
            ClusterLog.EntityNotMade(region.Log, entity.Id, notMade);
            failure = notMade;
            return false;
        }
    }

    private void Restart(ShardEntity entity, Exception? failure)
    {
        if (failure is not null)
        {
            ClusterLog.EntityRestarts(region.Log, entity.Id, entity.Buffer.Count, failure);
        }

        if (!TryStart(entity, out var notMade))
        {
            entity.Buffer.FailAll(notMade);
            Forget(entity);
            return;
        }

        while (entity.Buffer.TryDequeue(out var envelope))
        {
            if (entity.Cell.TryEnqueue(envelope) != EnqueueResult.Accepted)
            {
                region.RefuseBusy(envelope, entity.Id.Value);
            }
        }
    }

    private void Forget(ShardEntity entity)
    {
        _entities.Remove(entity.Id);
        region.EntityRemoved();
        if (_entities.Count == 0 && _emptied is { } emptied)
        {
            _emptied = null;
            emptied.SetResult();
        }
    }

    private void Passivate(ShardEntity entity, PassivationReason reason)
    {
        if (entity.State == EntityState.Passivating)
        {
            return;
        }

        entity.State = EntityState.Passivating;
        region.Metrics.Passivated(reason);
        ClusterLog.Passivating(region.Log, entity.Id, reason);
        entity.Cell.Stop();
    }
}
