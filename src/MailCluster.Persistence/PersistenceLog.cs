using Microsoft.Extensions.Logging;

namespace MailCluster.Persistence;

internal static partial class PersistenceLog
{
    [LoggerMessage(1250, LogLevel.Critical, "Generation {Writer} of this node is fenced: another writer took over, this process may not serve any more")]
    internal static partial void Fenced(ILogger log, WriterGeneration writer, Exception fenced);

    [LoggerMessage(1251, LogLevel.Warning, "The snapshot of {Actor} at {SequenceNr} cannot be used; replaying all events instead")]
    internal static partial void SnapshotUnusable(ILogger log, PersistenceId actor, SequenceNr sequenceNr, Exception failure);

    [LoggerMessage(1252, LogLevel.Warning, "The snapshot of {Actor} at {SequenceNr} could not be saved; the events are safe, recovery will take longer")]
    internal static partial void SnapshotFailed(ILogger log, PersistenceId actor, SequenceNr sequenceNr, Exception failure);

    [LoggerMessage(1253, LogLevel.Warning, "A write of {Actor} after {SequenceNr} failed; recovering before the next command")]
    internal static partial void WriteFailed(ILogger log, PersistenceId actor, SequenceNr sequenceNr, Exception failure);

    [LoggerMessage(1254, LogLevel.Error, "A {Command} to {Actor} threw: a bug; the command fails, nothing of it is persisted")]
    internal static partial void CommandThrew(ILogger log, string command, PersistenceId actor, Exception failure);

    [LoggerMessage(1255, LogLevel.Error, "The events of {Actor} after {SequenceNr} could not be encoded: a bug; their commands fail")]
    internal static partial void EncodeThrew(ILogger log, PersistenceId actor, SequenceNr sequenceNr, Exception failure);

    [LoggerMessage(1256, LogLevel.Error, "Publishing the write {SequenceNr} of {Actor} threw: a bug; the write stands")]
    internal static partial void PublishThrew(ILogger log, PersistenceId actor, SequenceNr sequenceNr, Exception failure);

    [LoggerMessage(1257, LogLevel.Warning, "Old events of {Actor} could not be trimmed; they stay until the next snapshot")]
    internal static partial void TrimFailed(ILogger log, PersistenceId actor, Exception failure);

    [LoggerMessage(1258, LogLevel.Debug, "{Actor} recovered to {SequenceNr}, {Events} events after its snapshot")]
    internal static partial void Recovered(ILogger log, PersistenceId actor, SequenceNr sequenceNr, int events);
}
