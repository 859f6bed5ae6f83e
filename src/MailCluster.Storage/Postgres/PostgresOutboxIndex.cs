using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using MailCluster.Persistence;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>The index of outboxes of a cluster in PostgreSQL.</summary>
internal sealed class PostgresOutboxIndex(PostgresConnections connections) : IOutboxIndex
{
    private const int ListRows = 1_000;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Outbox.sql");

    public async ValueTask AddAsync(PersistenceId actor, DateTimeOffset time, CancellationToken cancellationToken) => await RunAsync(
        (actor, time),
        static async (connection, added, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Add"], connection);
            command.Parameters.Bind(added.actor.Value);
            command.Parameters.Bind(added.time.ToUniversalTime());
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public ValueTask<bool> RemoveAsync(PersistenceId actor, DateTimeOffset addedBefore, CancellationToken cancellationToken) => RunAsync(
        (actor, addedBefore),
        static async (connection, removed, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Remove"], connection);
            command.Parameters.Bind(removed.actor.Value);
            command.Parameters.Bind(removed.addedBefore.ToUniversalTime());
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken);

    public async IAsyncEnumerable<PersistenceId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            var page = await RunAsync(last, ReadPageAsync, cancellationToken);
            foreach (var actor in page)
                yield return new PersistenceId(actor);
            if (page.Count < ListRows)
                yield break;
            last = page[^1];
        }
    }

    private static async ValueTask<List<string>> ReadPageAsync(NpgsqlConnection connection, string after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql["List"], connection);
        command.Parameters.Bind(after);
        command.Parameters.Bind(ListRows);
        var page = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(reader.GetString(0));
        return page;
    }

    private async ValueTask<T> RunAsync<TArgument, T>(
        TArgument argument, Func<NpgsqlConnection, TArgument, CancellationToken, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(argument, run, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new JournalUnavailableException($"The index of outboxes cannot be read or written: {PostgresErrors.Text(error)}", error);
        }
    }
}
