namespace MailCluster.Cluster;

/// <summary>A shard that is not here any more though nobody here has handed it over.</summary>
/// <remarks>
/// The problem: a release whose answer was lost is said again until it is heard, and the store may hear the first one last: when the successor has handed the
/// shard back already. Then the map gives away a shard that is served here. The journal lets neither owner overwrite the other, but what is in
/// memory here would be answered for as long as nothing is written. So the entities stop, as in a hand-over with nothing to release, and what waits
/// goes to the new home. A shard that the map gives to nobody is claimed again by one or the other, and seen here then.
/// </remarks>
internal sealed partial class Shard
{
    /// <summary>The map may give this shard to another.</summary>
    internal void LeaveIfElsewhere()
    {
        string node;
        Task emptied;
        lock (_guard)
        {
            if (_phase is not (ShardPhase.Hosting or ShardPhase.Suspended)
                || !region.Allocation.TryGetHome(id, out var home) || home.IsHere)
            {
                return;
            }

            node = home.Node!;
            emptied = BeginHandOff();
        }

        ClusterLog.TakenAway(region.Log, id, node);
        _ = RouteAnewAsync(emptied);
    }

    private async Task RouteAnewAsync(Task emptied)
    {
        await emptied;
        RouteAnew();
    }

    /// <summary>The last entity has stopped: the shard is wherever the allocation says, and what came meanwhile goes there.</summary>
    private void RouteAnew()
    {
        lock (_guard)
        {
            if (_phase != ShardPhase.HandingOff)
            {
                return;
            }

            _phase = _buffer.Count > 0 ? ShardPhase.Resolving : ShardPhase.Unknown;
            if (_phase == ShardPhase.Unknown)
            {
                return;
            }
        }

        // Not awaited: the hand-off is over, and the next home may take its time.
        _ = ResolveAsync();
    }
}
