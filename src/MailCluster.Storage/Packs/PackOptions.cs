namespace MailCluster.Storage.Packs;

/// <summary>How the packs are run. The defaults suit every node; tests turn them.</summary>
public sealed record PackOptions
{
    /// <summary>
    /// Bytes after which a pack is sealed and the next one begun; 1 MiB to 2 GiB. 256 MiB: compaction moves at most half of it in one go, and a
    /// store of a terabyte has 4,000 packs.
    /// </summary>
    public long PackBytesMax { get; init; } = 256L << 20;

    /// <summary>Bytes of one group at most, unless a single message is bigger. 4 MiB: past it an fsync is no cheaper per byte.</summary>
    public int GroupBytesMax { get; init; } = 4 << 20;

    /// <summary>Puts that may wait for the writer before callers are made to wait themselves. Their bodies are held by the callers.</summary>
    public int QueuedPutsMax { get; init; } = 4_096;

    /// <summary>Packs whose files are kept open for reading; each takes up to four descriptors. 128.</summary>
    public int OpenPacksMax { get; init; } = 128;

    /// <summary>The part of a sealed pack that must be garbage before it is compacted, 0 to 1. 0.5: each byte kept is moved for one freed.</summary>
    public double GarbageRatio { get; init; } = 0.5;

    /// <summary>Called at each step that a crash could come after; a test copies the files there, or throws as the disk would.</summary>
    internal Action<PackStep>? AtStep { get; init; }
}

/// <summary>The places between which a crash can fall.</summary>
internal enum PackStep
{
    PackCreated,
    RecordsWritten,
    RecordsFlushed,
    SummariesWritten,
    Indexed,
    Sealed,
    Released,
    CompactionCopied,
    CompactionForwarded,
    CompactionReleasesCarried,
    CompactionSwitched,
    CompactionRecordsRemoved,
    CompactionDone,
}
