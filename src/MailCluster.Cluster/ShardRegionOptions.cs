namespace MailCluster.Cluster;

/// <summary>How a node holds its entities.</summary>
public sealed record ShardRegionOptions
{
    /// <summary>
    /// An entity without a message for so long is passivated. Two minutes, as in Akka: long enough to keep an account between a phone's
    /// visits, short enough to give memory back. At least 2 ms; <see cref="Timeout.InfiniteTimeSpan"/> for never.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What all entities of the node together may hold, by their own estimate, in bytes, before the least recently used are passivated.</summary>
    public long MemoryBudgetBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>
    /// Entities used so recently stay though the budget is exceeded: to stop what is in use would only have it recovered at once.
    /// </summary>
    public TimeSpan MemoryBudgetKeeps { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Messages that may wait for one shard's home, or for one entity that is being stopped. Those beyond are answered
    /// <see cref="Actors.BusyException"/>.
    /// </summary>
    public int BufferMax { get; init; } = 4096;
}
