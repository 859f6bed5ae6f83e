namespace MailCluster.Persistence;

/// <summary>What differs between the last snapshot and the state: parts to store anew, and names of parts to drop.</summary>
public readonly record struct SnapshotChanges(IReadOnlyList<SnapshotPart> Changed, IReadOnlyList<string> Removed);
