namespace MailCluster.Persistence;

/// <summary>
/// The event journal: per actor an append-only stream of writes, numbered without gaps. It is the store; everything else can be rebuilt
/// from it. Appends of many actors that wait at the same time share one transaction (group commit).
/// </summary>
/// <remarks>
/// <para><b>Atomic</b>: one append is stored whole or not at all. Appends that shared a transaction are independent of each other: one that is
/// refused does not fail the others.</para>
/// <para><b>Fenced in the write</b>: the transaction that stores an append also checks that its writer's generation is alive; a generation
/// declared dead by <see cref="IWriterRegistry"/> can never write again. The unique key (actor, sequence number) is the second guard.</para>
/// </remarks>
public interface IJournal
{
    /// <summary>
    /// Stores one write. The payload is read by the time the task completes and is not kept.
    /// </summary>
    /// <exception cref="WriterFencedException">The generation is not alive. The node must stop serving. Certainly not stored.</exception>
    /// <exception cref="SequenceConflictException">
    /// The stream does not end at <see cref="JournalWrite.After"/>: another writer was here, or an earlier append whose outcome was unknown did
    /// land. Certainly not stored; the actor must recover.
    /// </exception>
    /// <exception cref="JournalUnavailableException">Outcome unknown (I/O error, lost connection). The actor must recover before it writes again.</exception>
    ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken);

    /// <summary>Reads the writes with a number greater than <paramref name="after"/>, in order.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    /// <exception cref="RecoveryFailedException">A write fails its checksum, where the store keeps one.</exception>
    IAsyncEnumerable<JournalEntry> ReplayAsync(PersistenceId actor, SequenceNr after, CancellationToken cancellationToken);

    /// <summary>The highest number ever stored for the actor, <see cref="SequenceNr.Zero"/> for none. Never falls, even after a trim.</summary>
    ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets the writes up to and including <paramref name="upTo"/> that are older than <paramref name="olderThan"/>. The caller has a
    /// snapshot at or past <paramref name="upTo"/>.
    /// </summary>
    ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken);

    /// <summary>Every actor that has ever written, in order of id. For administration and checks.</summary>
    IAsyncEnumerable<PersistenceId> ListActorsAsync(CancellationToken cancellationToken);
}

/// <summary>One actor's write.</summary>
/// <param name="Actor">Whose stream.</param>
/// <param name="After">The number the stream ends at now; the write takes the next one.</param>
/// <param name="Writer">The generation of the node that owns the actor.</param>
/// <param name="Payload">All events of this write, encoded.</param>
/// <param name="Time">When it was decided; trims go by it.</param>
/// <param name="Durability">How durable the write is when the append completes.</param>
public readonly record struct JournalWrite(
    PersistenceId Actor,
    SequenceNr After,
    WriterGeneration Writer,
    ReadOnlyMemory<byte> Payload,
    DateTimeOffset Time,
    Durability Durability);

/// <summary>One write as read back. The payload belongs to the reader.</summary>
public readonly record struct JournalEntry(SequenceNr SequenceNr, ReadOnlyMemory<byte> Payload, DateTimeOffset Time);
