using System.Collections.Immutable;
using System.Globalization;
using MailCluster.Cluster;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>
/// Brings the database to the schema of this program. The version is the highest row of <c>schema_version</c>; each migration is one script and one
/// transaction that also adds its row, so a crash leaves either side of it and the next start goes on. Nodes that start at the same time
/// take turns by an advisory lock, held by the transaction: it ends with it, whatever becomes of the node.
/// </summary>
/// <remarks>
/// During a rolling upgrade the first node of the later release applies its scripts while nodes of the release before go on, restart, and may come back for good. So a script
/// only adds what the release before does not look at, and has two dates: it is applied (<c>schema_step</c>), and, when the cluster has reached the script's
/// <see cref="FeatureLevel"/>, published as a row of <c>schema_version</c> (<c>PublishSchema</c> in Shards.sql, with the raise of the level). What is
/// published refuses every program that does not know it; what is only applied refuses none.
/// </remarks>
internal static partial class PostgresSchema
{
    /// <summary>Each with the level that is the first to need it. Every level has one at least, so that the releases before it are refused by its number.</summary>
    internal static readonly ImmutableArray<(string Script, int Level)> Migrations =
    [
        ("0001-members.sql", FeatureLevel.Mail),
        ("0002-journal.sql", FeatureLevel.Mail),
        ("0003-snapshots.sql", FeatureLevel.Mail),
        ("0004-bodies.sql", FeatureLevel.Mail),
        ("0005-accounts.sql", FeatureLevel.Mail),
        ("0006-outbox.sql", FeatureLevel.Filtering),
        ("0007-bans.sql", FeatureLevel.Filtering),
        ("0008-levels.sql", FeatureLevel.Filtering),
    ];

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
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_step (version integer NOT NULL PRIMARY KEY, level integer NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())",
                cancellationToken);
            var published = await HighestAsync(connection, "schema_version", cancellationToken);
            if (published > Version)
            {
                throw new StorageFormatException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The database {connections.Address} has schema version {published}; this program knows up to {Version}. Run the newer version that wrote it."));
            }

            var applied = Math.Max(published, await HighestAsync(connection, "schema_step", cancellationToken));
            isDone = applied >= Version;
            if (!isDone)
            {
                var (script, level) = Migrations[applied];
                await ExecuteAsync(connection, SqlText.Script("Postgres", script), cancellationToken);
                await AddAsync(connection, string.Create(CultureInfo.InvariantCulture, $"schema_step (version, level) VALUES ({applied + 1}, {level})"), cancellationToken);
                if (level == FeatureLevel.Mail)
                    await AddAsync(connection, string.Create(CultureInfo.InvariantCulture, $"schema_version (version) VALUES ({applied + 1})"), cancellationToken);
                LogMigrated(logger, connections.Address, applied + 1);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task<int> HighestAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {table}", connection);
        return (int)(await query.ExecuteScalarAsync(cancellationToken))!;
    }

    private static Task AddAsync(NpgsqlConnection connection, string row, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "INSERT INTO " + row, cancellationToken);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1502, LogLevel.Information, "The database {Address} has schema version {Version} now")]
    private static partial void LogMigrated(ILogger logger, string address, int version);
}
