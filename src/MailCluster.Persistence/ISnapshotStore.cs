namespace MailCluster.Persistence;

/// <summary>
/// Keeps, per actor, the state after some write, in named parts, so that only what changed is written again. A snapshot only shortens
/// recovery: one that is missing or cannot be read is never fatal while the events are there.
/// </summary>
public interface ISnapshotStore
{
    /// <summary>
    /// Replaces the actor's snapshot in one transaction: stores <paramref name="changedParts"/>, drops <paramref name="removedParts"/>, keeps all other
    /// parts as they are, and moves the snapshot to <paramref name="sequenceNr"/>. Fenced as an append is. A snapshot at or past
    /// <paramref name="sequenceNr"/> that is already there stays, and nothing is written. Buffers are not kept.
    /// </summary>
    /// <exception cref="WriterFencedException">The generation is not alive.</exception>
    /// <exception cref="JournalUnavailableException">The store cannot be written now.</exception>
    ValueTask SaveAsync(
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration writer,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken);

    /// <summary>
    /// The actor's snapshot, or null when there is none. A snapshot that fails its checksum is thrown away and answered as null, with a
    /// warning in the log, as long as all events are there; once some were trimmed it is the only thing that holds them, and stays.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    /// <exception cref="RecoveryFailedException">The snapshot is damaged and cannot be done without.</exception>
    ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken);

    /// <summary>Forgets the actor's snapshot, so that the next recovery replays all events.</summary>
    ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken);
}

/// <summary>One part of a snapshot: a name that is unique within the actor (at most 200 characters) and its bytes.</summary>
public readonly record struct SnapshotPart(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>The state after <paramref name="SequenceNr"/>, all parts in order of name.</summary>
public sealed record Snapshot(SequenceNr SequenceNr, IReadOnlyList<SnapshotPart> Parts);
