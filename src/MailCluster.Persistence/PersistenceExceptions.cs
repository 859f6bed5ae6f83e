namespace MailCluster.Persistence;

/// <summary>The writer's generation is dead or unknown: this process may never write again.</summary>
public sealed class WriterFencedException(WriterGeneration generation)
    : Exception($"Generation {generation} is no longer alive; another run of this node, or another node, took over.")
{
    public WriterGeneration Generation { get; } = generation;
}

/// <summary>The stream does not end where the writer thinks: the write is refused and the actor must recover.</summary>
public sealed class SequenceConflictException(PersistenceId actor, SequenceNr expected, SequenceNr found)
    : Exception($"The journal of {actor} ends at {found}, not at {expected}.")
{
    public PersistenceId Actor { get; } = actor;

    public SequenceNr Expected { get; } = expected;

    public SequenceNr Found { get; } = found;
}

/// <summary>The journal cannot be reached or written; whether the last append landed is unknown.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// It is out of reach and will be back by itself, so waiting helps. False: it failed in a way of its own, such as a full disk, which needs somebody
    /// and may last.
    /// </summary>
    public bool IsAway { get; init; } = true;
}

/// <summary>
/// The actor cannot write or recover now. When it came in answer to a command, whether the command was carried out is unknown: send it again
/// with the same command id.
/// </summary>
public sealed class PersistenceUnavailableException(PersistenceId actor, Exception cause)
    : Exception($"{actor} cannot be read or written now: {cause.Message}", cause)
{
    public PersistenceId Actor { get; } = actor;
}

/// <summary>The journal and the snapshot of an actor do not give its state: events are missing or cannot be decoded. Needs an administrator.</summary>
public sealed class RecoveryFailedException(PersistenceId actor, string reason, Exception? inner = null)
    : Exception($"{actor} cannot be recovered: {reason}", inner)
{
    public PersistenceId Actor { get; } = actor;
}
