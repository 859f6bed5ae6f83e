using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MailCluster.Persistence;

namespace MailCluster.Storage;

/// <summary>A snapshot as a store reads it, and the rule for one that is damaged.</summary>
/// <param name="sequenceNr">Where it stands.</param>
/// <param name="trimmedTo">The last write that only the snapshot still tells of; 0 when all events are there.</param>
internal sealed class StoredSnapshot(SequenceNr sequenceNr, long trimmedTo)
{
    public SequenceNr SequenceNr { get; } = sequenceNr;

    public List<SnapshotPart> Parts { get; } = [];

    /// <summary>The name of a part that fails its checksum, or null.</summary>
    public string? DamagedPart { get; set; }

    /// <summary>The snapshot; false if it is damaged and can be thrown away, since all events are there.</summary>
    /// <exception cref="RecoveryFailedException">It is damaged and holds what was trimmed: it stays.</exception>
    public bool TryUse(PersistenceId actor, [NotNullWhen(true)] out Snapshot? snapshot)
    {
        snapshot = null;
        if (DamagedPart is null)
        {
            snapshot = new Snapshot(SequenceNr, Parts);
            return true;
        }

        if (trimmedTo > 0)
        {
            throw new RecoveryFailedException(
                actor,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its snapshot at {SequenceNr} is damaged in part {DamagedPart}, and the events up to {trimmedTo} were trimmed. Restore the database from a backup."));
        }

        return false;
    }
}
