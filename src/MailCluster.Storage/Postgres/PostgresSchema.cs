using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>
/// Brings the database to the schema of this program. The version is the highest row of <c>schema_version</c>; each migration is one script and one
/// transaction that also adds its row, so a crash leaves either side of it and the next start goes on. Nodes that start at the same time
/// take turns by an advisory lock, held by the transaction: it ends with it, whatever becomes of the node.
/// </summary>
internal static partial class PostgresSchema
{
    private static readonly string[] Migrations =
        ["0001-members.sql", "0002-journal.sql", "0003-snapshots.sql", "0004-bodies.sql", "0005-accounts.sql", "0006-outbox.sql", "0007-bans.sql"];

    // "mailclus" in ASCII: a number that no other program is likely to lock in the same database.
    private const long LockKey = 0x6D61_696C_636C_7573;

    public static int Version => Migrations.Length;

    /// <exception cref="StorageFormatException">A newer version wrote it.</exception>
    public static async Task MigrateAsync(PostgresConnections connections, ILogger logger, CancellationToken cancellationToken)
    {
        for (var isDone = false; !isDone;)
        {
            await using var connection = await connections.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Another node's migration may take longer than a statement of mail is allowed to.
            await ExecuteAsync(connection, "SET LOCAL statement_timeout = 0", cancellationToken);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({LockKey})"), cancellationToken);
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL PRIMARY KEY, migrated_at timestamptz NOT NULL DEFAULT clock_timestamp())",
                cancellationToken);
            await using var query = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection);
            var version = (int)(await query.ExecuteScalarAsync(cancellationToken))!;
            if (version > Version)
            {
                throw new StorageFormatException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The database {connections.Address} has schema version {version}; this program knows up to {Version}. Run the newer version that wrote it."));
            }

            isDone = version == Version;
            if (!isDone)
            {
                await ExecuteAsync(connection, SqlText.Script("Postgres", Migrations[version]), cancellationToken);
                await ExecuteAsync(
                    connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version (version) VALUES ({version + 1})"), cancellationToken);
                LogMigrated(logger, connections.Address, version + 1);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1502, LogLevel.Information, "The database {Address} has schema version {Version} now")]
    private static partial void LogMigrated(ILogger logger, string address, int version);
}
