namespace MailCluster.Storage.Sqlite;

/// <summary>How the embedded database is run. The defaults suit every node; tests turn them.</summary>
public sealed record SqliteOptions
{
    /// <summary>
    /// Writes that may wait for the writer before callers are made to wait themselves. 16,384: seconds of work at the slowest disk, and a few
    /// MiB at most.
    /// </summary>
    public int QueuedWritesMax { get; init; } = 16_384;

    /// <summary>Writes that share one transaction at most. 2,048: past that a group costs latency and saves no fsync worth naming.</summary>
    public int GroupWritesMax { get; init; } = 2_048;

    /// <summary>
    /// Pages in the log after which it is copied into the database in the background. 4,096 (16 MiB): big enough that a page that changes often is
    /// copied once for many changes, small enough that a start after a crash reads it in a moment.
    /// </summary>
    public int CheckpointPages { get; init; } = 4_096;

    /// <summary>
    /// The longest that a write acknowledged from the system's buffers waits for stable storage. 500 ms: half of what
    /// <see cref="Persistence.Durability.OsBuffers"/> promises, to leave room for a slow fsync.
    /// </summary>
    public TimeSpan FlushDelayMax { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Read-only connections at most. 4: reads are short and mostly from memory.</summary>
    public int ReadersMax { get; init; } = 4;

    /// <summary>
    /// The longest that a write waits while another program, an administrator's sqlite3 shell, holds the database's write lock. 10 s.
    /// </summary>
    public TimeSpan LockWaitMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pages the database may have, 0 for no limit. Lets a test run into a full disk.</summary>
    internal int PagesMax { get; init; }
}
