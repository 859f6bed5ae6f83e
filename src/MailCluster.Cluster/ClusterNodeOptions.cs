namespace MailCluster.Cluster;

/// <summary>How a node takes part in its cluster. The same on every node of one cluster.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>
    /// How long a node may be silent before others take its shards. Ten seconds: longer than a garbage collection, a busy disk or a fail-over within
    /// the database's own connection pool, short enough to wait for. At least 1 s. Renewed at a third of it, so two renewals may be missed.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// So much before the end of its lease, counted from when it sent the renewal, a node stops serving: clocks of two machines run apart a little,
    /// and what is under way takes a moment. One second; less than half the lease.
    /// </summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The map is read at least so often, give or take a fifth: a notice of a change can be missed, and leases end without one. At least 10 ms.</summary>
    public TimeSpan MapPoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a peer may take to say that it is there, when its connection broke. Half a second, of the two in which a crash is to be over.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Shards that a node hands over at the same time to even out the shares. One: the others go on undisturbed.</summary>
    public int HandOversAtOnce { get; init; } = 1;

    /// <summary>Shards that a leaving node hands over at the same time. Four: it is to be gone soon, and its entities still save themselves in turn.</summary>
    public int LeavingHandOversAtOnce { get; init; } = 4;

    /// <summary>
    /// When a shard moved from a peer that lives, its answers under way have so long to arrive before they count as lost. One second: they were sent
    /// before the shard moved, and only a broken path holds them up.
    /// </summary>
    public TimeSpan RouteSettleTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A message that its shard's home could not take is sent again after so long, and each time after twice as long, up to <see cref="RetryMax"/>, or when the map changes.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>See <see cref="RetryMin"/>.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMilliseconds(500);

    internal TimeSpan RenewInterval => Lease / 3;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Lease, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(LeaseMargin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LeaseMargin, Lease / 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MapPoll, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(ProbeTimeout, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(HandOversAtOnce, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LeavingHandOversAtOnce, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RouteSettleTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryMin, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryMax, RetryMin);
    }
}
