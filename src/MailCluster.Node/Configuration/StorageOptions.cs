namespace MailCluster.Node.Configuration;

/// <summary>Where journal, snapshots and accounts are.</summary>
internal enum JournalKind
{
    /// <summary>A database file in the data directory, of this node alone.</summary>
    Sqlite,

    /// <summary>A server that many nodes share.</summary>
    Postgres,
}

/// <summary>Where bodies are.</summary>
internal enum BodiesKind
{
    /// <summary>Files in the data directory, of this node alone.</summary>
    Packs,

    Postgres,

    /// <summary>A bucket; summaries and texts stay in PostgreSQL.</summary>
    S3,
}

/// <summary>Where everything is kept, and the settings of each place; those that are not chosen are checked and not used.</summary>
internal sealed record StorageOptions(
    JournalKind Journal, BodiesKind Bodies, DatabaseOptions Sqlite, PackSettings Packs, PostgresSettings Postgres, S3Settings S3);

/// <summary>The embedded database.</summary>
internal sealed record DatabaseOptions(int QueuedWrites, int GroupWrites, int CheckpointPages, TimeSpan FlushDelay, int Readers);

/// <summary>The pack files.</summary>
internal sealed record PackSettings(long Bytes, int QueuedWrites, int Open, double GarbageRatio, TimeSpan CompactionInterval);

/// <summary>The database server.</summary>
internal sealed record PostgresSettings
{
    /// <summary>With the password, wherever it came from. Null only when the journal is elsewhere.</summary>
    public required string? Connection { get; init; }

    public required int Connections { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    public required TimeSpan CommandTimeout { get; init; }

    public required TimeSpan RetryDelay { get; init; }

    public required int JournalLanes { get; init; }

    public required int GroupWrites { get; init; }

    public required int GroupBytes { get; init; }

    public required int QueuedWrites { get; init; }

    public required int BodyLanes { get; init; }

    public required int QueuedBodies { get; init; }

    public required int BodyChunkBytes { get; init; }

    public required long BodyCacheBytes { get; init; }

    /// <summary>How often freed bodies are looked for.</summary>
    public required TimeSpan CollectionInterval { get; init; }

    /// <summary>A text without the password.</summary>
    public override string ToString() => "PostgreSQL";
}

/// <summary>The bucket.</summary>
internal sealed record S3Settings
{
    /// <summary>Null: Amazon's, of the region.</summary>
    public required Uri? Endpoint { get; init; }

    public required string Region { get; init; }

    /// <summary>Null only when bodies are kept elsewhere.</summary>
    public required string? Bucket { get; init; }

    /// <summary>Before the name of each object; empty, or ending in a slash.</summary>
    public required string Prefix { get; init; }

    /// <summary>The bucket stands in the path of the address, not in its host name.</summary>
    public required bool PathStyle { get; init; }

    /// <summary>Null with <see cref="SecretKey"/>: the credentials of the machine (environment, profile, instance role).</summary>
    public required string? AccessKey { get; init; }

    public required string? SecretKey { get; init; }

    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>Of one request, the first included.</summary>
    public required int Attempts { get; init; }

    /// <summary>Under way at once.</summary>
    public required int Requests { get; init; }

    /// <summary>A text without the keys.</summary>
    public override string ToString() => $"S3 bucket {Bucket}";
}
