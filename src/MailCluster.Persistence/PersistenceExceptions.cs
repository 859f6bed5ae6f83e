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
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
