using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using MailCluster.Persistence;
using Npgsql;

namespace MailCluster.Storage.Postgres.Journal;

/// <summary>The journal in PostgreSQL. Reads take a connection a turn, so that a slow reader keeps none.</summary>
internal sealed class PostgresJournal(PostgresConnections connections, PostgresAppends appends, ActorNumbers actors) : IJournal
{
    private const int ReplayRows = 512;
    private const int ReplayBytes = 4 << 20;
    private const int ListRows = 1_000;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Journal.sql");

    public ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken) => appends.AppendAsync(write, cancellationToken);

    public async IAsyncEnumerable<JournalEntry> ReplayAsync(
        PersistenceId actor, SequenceNr after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var rows = await ReadAsync((actor, after), ReadRowsAsync, cancellationToken);
            foreach (var row in rows)
                yield return row;
            if (rows.Count == 0)
                yield break;
            after = rows[^1].SequenceNr;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken) => ReadAsync(
        actor,
        async (connection, actor, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Highest"], connection);
            command.Parameters.Bind(actors.ShardOf(actor));
            command.Parameters.Bind(actor.Value);
            return new SequenceNr(await command.ExecuteScalarAsync(cancellationToken) is long highest ? highest : 0);
        },
        cancellationToken);

    // It may be repeated, so a connection that turns out to be dead is no reason to fail.
    public async ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken) => await ReadAsync(
        (actor, upTo, olderThan),
        async (connection, trim, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Trim"], connection);
            command.Parameters.Bind(actors.ShardOf(trim.actor));
            command.Parameters.Bind(trim.actor.Value);
            command.Parameters.Bind(trim.upTo.Value);
            command.Parameters.Bind(trim.olderThan.UtcTicks);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public async IAsyncEnumerable<PersistenceId> ListActorsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            var page = await ReadAsync(last, ReadActorsAsync, cancellationToken);
            foreach (var actor in page)
                yield return actor;
            if (page.Count < ListRows)
                yield break;
            last = page[^1].Value;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask<T> ReadAsync<TArgument, T>(
        TArgument argument, Func<NpgsqlConnection, TArgument, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(argument, read, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new JournalUnavailableException($"The journal cannot be read: {PostgresErrors.Text(error)}", error);
        }
    }

    private async ValueTask<List<JournalEntry>> ReadRowsAsync(
        NpgsqlConnection connection, (PersistenceId Actor, SequenceNr After) from, CancellationToken cancellationToken)
    {
        var rows = new List<JournalEntry>();
        if (await actors.FindAsync(connection, from.Actor, cancellationToken) is not { } number)
            return rows;
        await using var command = new NpgsqlCommand(Sql["Replay"], connection);
        command.Parameters.Bind(actors.ShardOf(from.Actor));
        command.Parameters.Bind(number);
        command.Parameters.Bind(from.After.Value);
        command.Parameters.Bind(ReplayRows);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var bytes = 0; bytes < ReplayBytes && await reader.ReadAsync(cancellationToken);)
        {
            var (sequenceNr, time, payload) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(3));
            if (unchecked((uint)reader.GetInt32(2)) != JournalRow.Checksum(number, sequenceNr, time, payload))
            {
                if (rows.Count > 0)
                    break;
                throw new RecoveryFailedException(from.Actor, $"the write {sequenceNr} is damaged: its checksum does not fit.");
            }

            rows.Add(new JournalEntry(new SequenceNr(sequenceNr), payload, new DateTimeOffset(time, TimeSpan.Zero)));
            bytes += payload.Length;
        }

        return rows;
    }

    private static async ValueTask<List<PersistenceId>> ReadActorsAsync(NpgsqlConnection connection, string after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql["ListActors"], connection);
        command.Parameters.Bind(after);
        command.Parameters.Bind(ListRows);
        var page = new List<PersistenceId>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(new PersistenceId(reader.GetString(0)));
        return page;
    }
}
