namespace MailCluster.Cluster.Membership;

/// <summary>The cluster's feature level: heard with the map, raised when nobody is behind (see <see cref="FeatureLevel"/>).</summary>
public sealed partial class ClusterMembership : IFeatureLevel
{
    private int _level = FeatureLevel.Oldest;

    /// <summary>As this node knows it; the cluster's may be higher for a moment.</summary>
    public int Level => Volatile.Read(ref _level);

    int IFeatureLevel.Current => Level;

    /// <summary>The level before anything is served, so that a cluster in which nobody is behind begins at its level.</summary>
    /// <exception cref="ClusterLevelException">The cluster is below what this release can work with; this run is over.</exception>
    private async Task FindLevelAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _level, await _store.RaiseLevelAsync(cancellationToken));
        if (Level >= Self.LevelMin)
        {
            if (Level < FeatureLevel.Newest)
            {
                MembershipLog.LevelHeld(_log, Level, FeatureLevel.Newest);
            }

            return;
        }

        await _store.MarkDeadAsync(Generation, onlyIfExpired: false, cancellationToken);
        throw ClusterLevelException.TooLow(Self.LevelMin, Level);
    }

    private async Task FollowLevelAsync(ClusterMap map)
    {
        HearLevel(map.Level);
        if (map.LevelOfAll > map.Level)
        {
            HearLevel(await CallAsync(_store.RaiseLevelAsync));
        }
    }

    private void HearLevel(int level)
    {
        if (level > Level)
        {
            MembershipLog.LevelReached(_log, level, Level);
            Volatile.Write(ref _level, level);
        }
    }
}
