using System.Collections.Frozen;
using MailCluster.Auth.Abuse;
using Npgsql;
using NpgsqlTypes;

namespace MailCluster.Storage.Postgres;

/// <summary>The bans of a cluster in PostgreSQL.</summary>
internal sealed class PostgresBanStore(PostgresConnections connections) : IBanStore
{
    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Bans.sql");

    public async ValueTask<IReadOnlyList<Ban>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken) => await RunAsync(
        now,
        static async (connection, now, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["List"], connection);
            command.Parameters.Bind(now.ToUniversalTime());
            var bans = new List<Ban>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (ClientNetwork.Parse(reader.GetString(0)) is { } network)
                {
                    bans.Add(new Ban(
                        network,
                        reader.GetFieldValue<DateTimeOffset>(1),
                        await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                        reader.GetString(3)));
                }
            }

            return bans;
        },
        cancellationToken);

    public async ValueTask PutAsync(Ban ban, DateTimeOffset now, CancellationToken cancellationToken) => await RunAsync(
        (ban, now),
        static async (connection, put, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Put"], connection);
            command.Parameters.Bind(put.ban.Network.ToString());
            command.Parameters.Bind(put.ban.Since.ToUniversalTime());
            command.Parameters.Add(new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
                Value = put.ban.Until is { } until ? until.ToUniversalTime() : DBNull.Value,
            });
            command.Parameters.Bind(put.ban.Reason);
            command.Parameters.Bind(put.now.ToUniversalTime());
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public ValueTask<bool> RemoveAsync(ClientNetwork network, CancellationToken cancellationToken) => RunAsync(
        network,
        static async (connection, network, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Remove"], connection);
            command.Parameters.Bind(network.ToString());
            return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        },
        cancellationToken);

    private async ValueTask<T> RunAsync<TArgument, T>(
        TArgument argument, Func<NpgsqlConnection, TArgument, CancellationToken, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(argument, run, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new BanStoreException($"the bans in the database cannot be read or written: {PostgresErrors.Text(error)}", error);
        }
    }
}
