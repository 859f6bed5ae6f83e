using System.Collections.Frozen;
using System.Globalization;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>The snapshots in PostgreSQL: a save is one fenced statement, a load another.</summary>
internal sealed partial class PostgresSnapshotStore(PostgresConnections connections, ActorNumbers actors, ILogger logger) : ISnapshotStore
{
    private const int PartNameMax = 200;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Snapshots.sql");

    public async ValueTask SaveAsync(
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration writer,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken)
    {
        foreach (var part in changedParts)
        {
            if (part.Name.Length is 0 or > PartNameMax)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A part's name has 1 to {PartNameMax} characters."), nameof(changedParts));
        }

        // Saved twice it is the same: a connection that turns out to be dead is no reason to fail.
        var isAlive = await RunAsync(
            connection => SaveAsync(connection, actor, sequenceNr, writer, changedParts, removedParts, cancellationToken), cancellationToken);
        if (!isAlive)
            throw new WriterFencedException(writer);
    }

    public async ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        var stored = await RunAsync(connection => LoadAsync(connection, actor, cancellationToken), cancellationToken);
        if (stored is null)
            return null;
        if (stored.TryUse(actor, out var snapshot))
            return snapshot;
        LogDamaged(actor, stored.DamagedPart!, stored.SequenceNr);
        await DeleteAsync(actor, cancellationToken);
        return null;
    }

    public async ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken) => await RunAsync(
        async connection =>
        {
            if (await actors.FindAsync(connection, actor, cancellationToken) is { } number)
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.BatchCommands.Add(LockActor(number));
                var delete = new NpgsqlBatchCommand(Sql["Delete"]);
                delete.Parameters.Bind(actors.ShardOf(actor));
                delete.Parameters.Bind(number);
                batch.BatchCommands.Add(delete);
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            return true;
        },
        cancellationToken);

    private async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(run, static (connection, run, _) => run(connection), cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new JournalUnavailableException($"The snapshots cannot be read or written: {PostgresErrors.Text(error)}", error);
        }
    }

    private async ValueTask<bool> SaveAsync(
        NpgsqlConnection connection,
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration writer,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken)
    {
        await actors.NameAsync(connection, [actor], cancellationToken);
        var number = (await actors.FindAsync(connection, actor, cancellationToken)).GetValueOrDefault();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(LockActor(number));
        var save = new NpgsqlBatchCommand(Sql["Save"]);
        save.Parameters.Bind(writer.Value);
        save.Parameters.Bind(actors.ShardOf(actor));
        save.Parameters.Bind(number);
        save.Parameters.Bind(sequenceNr.Value);
        var changed = changedParts.Select(static part => part.Name).ToArray();
        save.Parameters.Bind(removedParts.Except(changed, StringComparer.Ordinal).ToArray());
        save.Parameters.Bind(changed);
        save.Parameters.Bind(changedParts.Select(static part => Checksum(part.Name, part.Bytes.Span)).ToArray());
        save.Parameters.BindBytes([.. changedParts.Select(static part => part.Bytes)]);
        batch.BatchCommands.Add(save);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var isAlive = reader.GetBoolean(0);

        // The commit is answered after the row.
        await reader.CloseAsync();
        return isAlive;
    }

    private async ValueTask<StoredSnapshot?> LoadAsync(NpgsqlConnection connection, PersistenceId actor, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql["Load"], connection);
        command.Parameters.Bind(actors.ShardOf(actor));
        command.Parameters.Bind(actor.Value);
        StoredSnapshot? stored = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored ??= new StoredSnapshot(new SequenceNr(reader.GetInt64(1)), reader.GetInt64(0));
            if (reader.IsDBNull(2))
                continue;
            var part = new SnapshotPart(reader.GetString(2), reader.GetFieldValue<byte[]>(4));
            if (Checksum(part.Name, part.Bytes.Span) != reader.GetInt32(3))
                stored.DamagedPart ??= part.Name;
            stored.Parts.Add(part);
        }

        return stored;
    }

    private static NpgsqlBatchCommand LockActor(long number)
    {
        var command = new NpgsqlBatchCommand(Sql["LockActor"]);
        command.Parameters.Bind(number);
        return command;
    }

    private static int Checksum(string name, ReadOnlySpan<byte> bytes) => unchecked((int)SnapshotRow.Checksum(name, bytes));

    [LoggerMessage(1505, LogLevel.Warning, "The snapshot of {Actor} at {SequenceNr} is damaged in part {Part} and was thrown away; the actor replays its events")]
    private partial void LogDamaged(PersistenceId actor, string part, SequenceNr sequenceNr);
}
