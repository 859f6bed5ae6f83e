namespace MailCluster.Cluster;

/// <summary>Passivation by time and by memory.</summary>
public sealed partial class ShardRegion
{
    /// <summary>The budget is looked at this often even when entities live long; and after a look that freed nothing, not sooner.</summary>
    private static readonly TimeSpan SweepPeriodMax = TimeSpan.FromSeconds(10);

    /// <summary>When the budget is exceeded, so much of it is to be free afterwards, so that the next message does not exceed it again.</summary>
    private const double BudgetTarget = 0.9;

    private long _nextBudgetSweep;
    private int _sweeping;

    /// <summary>Entities report here as they grow and shrink.</summary>
    internal void AddMemory(long deltaBytes)
    {
        var bytes = Interlocked.Add(ref _memoryBytes, deltaBytes);
        if (deltaBytes > 0 && bytes > Options.MemoryBudgetBytes && Now >= Volatile.Read(ref _nextBudgetSweep))
        {
            // Not here: this is an entity's turn, and the sweep takes the locks of all shards.
            Queue(Sweep);
        }
    }

    /// <summary>Passivates what has been idle for the idle time and, over budget, the least recently used.</summary>
    internal void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            var now = Now;
            var overBudget = MemoryBytes > Options.MemoryBudgetBytes;
            var candidates = overBudget ? new List<(long LastUsed, Shard Shard, ShardEntity Entity)>() : null;
            var idleBefore = Options.IdleTimeout == Timeout.InfiniteTimeSpan ? long.MinValue : now - Ticks(Options.IdleTimeout) + 1;
            foreach (var shard in _shards)
            {
                shard.Sweep(idleBefore, candidates);
            }

            if (candidates is not null)
            {
                FreeMemory(now, candidates);
            }
        }
        catch (Exception failure)
        {
            ClusterLog.SweepFailed(Log, failure);
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private static TimeSpan SweepPeriod(TimeSpan idleTimeout)
    {
        // Half the idle time, as in Akka: an entity stays at most half as long again.
        var half = idleTimeout / 2;
        if (idleTimeout == Timeout.InfiniteTimeSpan || half > SweepPeriodMax)
        {
            return SweepPeriodMax;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(half, TimeSpan.FromMilliseconds(1), nameof(idleTimeout));
        return half;
    }

    private void FreeMemory(long now, List<(long LastUsed, Shard Shard, ShardEntity Entity)> candidates)
    {
        var target = (long)(Options.MemoryBudgetBytes * BudgetTarget);
        var excess = MemoryBytes - target;
        foreach (var shard in _shards)
        {
            excess -= shard.PassivatingBytes();
        }

        var keepsAfter = now - Ticks(Options.MemoryBudgetKeeps);
        candidates.Sort(static (left, right) => left.LastUsed.CompareTo(right.LastUsed));
        foreach (var (lastUsed, shard, entity) in candidates)
        {
            if (excess <= 0 || lastUsed > keepsAfter)
            {
                break;
            }

            excess -= shard.PassivateUnused(entity, lastUsed);
        }

        if (excess > Options.MemoryBudgetBytes - target)
        {
            ClusterLog.OverBudget(Log, MemoryBytes, Options.MemoryBudgetBytes);
        }

        Volatile.Write(ref _nextBudgetSweep, now + Ticks(Options.MemoryBudgetKeeps));
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _system.Time.TimestampFrequency);
}
