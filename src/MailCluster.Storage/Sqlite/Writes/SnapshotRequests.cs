using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Moves an actor's snapshot forward: all of it or nothing.</summary>
internal sealed class SaveSnapshotRequest(
    PersistenceId actor,
    SequenceNr sequenceNr,
    WriterGeneration writer,
    IReadOnlyList<SnapshotPart> changedParts,
    IReadOnlyList<string> removedParts) : WriteRequest
{
    // A snapshot lost to a power failure costs a longer replay, nothing else. The log keeps order, so one that is there never
    // stands without the events before it, and a trim never without its snapshot.
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        if (transaction.Fence(writer) is { } fenced)
            return fenced;
        var actorNo = transaction.FindOrAdd(actor).ActorNo;
        var statements = transaction.Statements;
        if (statements.FindSnapshot.Bind(1, actorNo).Scalar(-1) >= sequenceNr.Value)
            return null;
        foreach (var name in removedParts)
            statements.DropPart.Bind(1, actorNo).Bind(2, name).Run();
        foreach (var part in changedParts)
        {
            statements.PutPart
                .Bind(1, actorNo)
                .Bind(2, part.Name)
                .Bind(3, SnapshotRow.Checksum(part.Name, part.Bytes.Span))
                .Bind(4, part.Bytes.Span)
                .Run();
        }

        statements.PutSnapshot.Bind(1, actorNo).Bind(2, sequenceNr.Value).Run();
        return null;
    }
}

/// <summary>Forgets an actor's snapshot.</summary>
internal sealed class DeleteSnapshotRequest(PersistenceId actor) : WriteRequest
{
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        if (transaction.Find(actor) is not { } end)
            return null;
        transaction.Statements.DeleteParts.Bind(1, end.ActorNo).Run();
        transaction.Statements.DeleteSnapshot.Bind(1, end.ActorNo).Run();
        return null;
    }
}
