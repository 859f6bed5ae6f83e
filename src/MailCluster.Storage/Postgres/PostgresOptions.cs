namespace MailCluster.Storage.Postgres;

/// <summary>How a node uses its PostgreSQL database. Only <see cref="Connection"/> has to be given.</summary>
public sealed record PostgresOptions
{
    /// <summary>
    /// Where the database is: an Npgsql connection string, such as <c>Host=db;Database=mail;Username=mail;Password=…;SSL Mode=VerifyFull</c>. The
    /// user must be able to create tables in its default schema. What this record sets (timeouts, pool) wins over the string.
    /// </summary>
    public required string Connection { get; init; }

    /// <summary>The cluster's name. Stored at the first start; a node with another name is refused, so that none joins a cluster by a mistyped address.</summary>
    public string ClusterName { get; init; } = "mailcluster";

    /// <summary>Shards of a new installation, 1 to 65,536. One that has a number keeps it.</summary>
    public int ShardsIfNew { get; init; } = Cluster.ShardCount.Default;

    /// <summary>
    /// Connections at most, 8 to 1,000. 32: lanes of the journal and of the bodies, recoveries and reads at once; a server of 100 connections then
    /// serves three nodes.
    /// </summary>
    public int ConnectionsMax { get; init; } = 32;

    /// <summary>The longest that opening a connection takes, 1 to 60 s. 3 s: a server that does not answer by then is counted as gone.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The longest that a statement takes, 1 to 600 s; the server ends it as well (statement_timeout). 10 s: as long as a lease, past which another
    /// node may have taken over anyway.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After a connection could not be opened, requests fail at once for so long, then one tries again; 10 ms to 60 s. 250 ms: nobody waits for a
    /// database that is gone, and its return is noticed before a client gives up.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Groups of journal writes under way at once, 1 to 64. 2: one is on its way to the server while the other waits for its disk; more make
    /// smaller groups.
    /// </summary>
    public int JournalLanes { get; init; } = 2;

    /// <summary>Writes in one group at most, 1 to 10,000. 1,024: past that a group costs latency and saves nothing worth naming.</summary>
    public int GroupWritesMax { get; init; } = 1_024;

    /// <summary>Bytes in one group at most, unless one request alone is bigger; 64 KiB to 64 MiB. 4 MiB.</summary>
    public int GroupBytesMax { get; init; } = 4 << 20;

    /// <summary>Writes that may wait in each lane before callers are made to wait themselves, 16 to 1,000,000. 8,192.</summary>
    public int QueuedWritesMax { get; init; } = 8_192;

    /// <summary>Groups of bodies under way at once, 1 to 64. 2, as for the journal.</summary>
    public int BodyLanes { get; init; } = 2;

    /// <summary>Bodies that may wait in each lane before callers are made to wait themselves, 1 to 100,000. 256: their memory is the callers'.</summary>
    public int QueuedBodiesMax { get; init; } = 256;

    /// <summary>
    /// Bodies longer than this are stored in pieces of this length, 64 KiB to 16 MiB. 1 MiB: a range costs few rows, and no row costs much memory.
    /// </summary>
    public int BodyChunkBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Memory for what was read of bodies lately: summaries and blocks of 256 KiB; 0 to 16 GiB. 64 MiB: a client that fetches a message in pieces asks the
    /// database once. Bodies never change, so nothing in it is ever stale.
    /// </summary>
    public long BodyCacheBytes { get; init; } = 64L << 20;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Connection))
            throw new ArgumentException("the connection string is empty", nameof(Connection));
        if (string.IsNullOrWhiteSpace(ClusterName) || ClusterName.Length > 64)
            throw new ArgumentException("the cluster's name has 1 to 64 characters", nameof(ClusterName));
        InRange(ShardsIfNew, 1, Cluster.ShardCount.Max, nameof(ShardsIfNew));
        InRange(ConnectionsMax, 8, 1_000, nameof(ConnectionsMax));
        InRange(ConnectTimeout.TotalSeconds, 1, 60, nameof(ConnectTimeout));
        InRange(CommandTimeout.TotalSeconds, 1, 600, nameof(CommandTimeout));
        InRange(RetryDelay.TotalMilliseconds, 10, 60_000, nameof(RetryDelay));
        InRange(JournalLanes, 1, 64, nameof(JournalLanes));
        InRange(GroupWritesMax, 1, 10_000, nameof(GroupWritesMax));
        InRange(GroupBytesMax, 64 << 10, 64 << 20, nameof(GroupBytesMax));
        InRange(QueuedWritesMax, 16, 1_000_000, nameof(QueuedWritesMax));
        InRange(BodyLanes, 1, 64, nameof(BodyLanes));
        InRange(QueuedBodiesMax, 1, 100_000, nameof(QueuedBodiesMax));
        InRange(BodyChunkBytes, 64 << 10, 16 << 20, nameof(BodyChunkBytes));
        InRange(BodyCacheBytes, 0, 16L << 30, nameof(BodyCacheBytes));
    }

    private static void InRange(double value, double least, double most, string name)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be {least} to {most}, not {value}"), name);
    }
}
