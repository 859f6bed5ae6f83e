using System.Globalization;
using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Writes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Sqlite;

/// <summary>The snapshots in the embedded database.</summary>
internal sealed partial class SqliteSnapshotStore(SqliteWriter writer, SqliteReaders readers, ILogger logger) : ISnapshotStore
{
    private const int PartNameMax = 200;

    public async ValueTask SaveAsync(
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration generation,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken)
    {
        foreach (var part in changedParts)
        {
            if (part.Name.Length is 0 or > PartNameMax)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A part's name has 1 to {PartNameMax} characters."), nameof(changedParts));
        }

        var request = new SaveSnapshotRequest(actor, sequenceNr, generation, changedParts, removedParts);
        await writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    public async ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        StoredSnapshot? stored;
        using (var lease = await readers.RentAsync(cancellationToken))
            stored = lease.Reader.Read(actor, Read);
        if (stored is null)
            return null;
        if (stored.TryUse(actor, out var snapshot))
            return snapshot;
        LogDamaged(actor, stored.DamagedPart!, stored.SequenceNr);
        await DeleteAsync(actor, cancellationToken);
        return null;
    }

    public async ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        var request = new DeleteSnapshotRequest(actor);
        await writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    private static StoredSnapshot? Read(SqliteStatements statements, PersistenceId actor)
    {
        statements.BeginRead.Run();
        try
        {
            var find = statements.FindActor.Bind(1, actor.Value);
            var (number, trimmedTo) = find.Step() ? (find.Int64(0), find.Int64(1)) : (-1, 0);
            find.Reset();
            var sequenceNr = number < 0 ? -1 : statements.FindSnapshot.Bind(1, number).Scalar(-1);
            if (sequenceNr < 0)
                return null;
            var stored = new StoredSnapshot(new SequenceNr(sequenceNr), trimmedTo);
            var parts = statements.Parts.Bind(1, number);
            while (parts.Step())
            {
                var part = new SnapshotPart(parts.Text(0), parts.Blob(2));
                if (SnapshotRow.Checksum(part.Name, part.Bytes.Span) != parts.Int64(1))
                    stored.DamagedPart ??= part.Name;
                stored.Parts.Add(part);
            }

            parts.Reset();
            return stored;
        }
        finally
        {
            statements.Commit.Run();
        }
    }

    [LoggerMessage(1410, LogLevel.Warning, "The snapshot of {Actor} at {SequenceNr} is damaged in part {Part} and was thrown away; the actor replays its events")]
    private partial void LogDamaged(PersistenceId actor, string part, SequenceNr sequenceNr);
}
