using System.Collections.Concurrent;
using MailCluster.Storage.Postgres;
using MailCluster.Storage.S3;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>Databases for tests. Making one takes a second, emptying one a moment: they are used again.</summary>
internal static class PostgresFixture
{
    private const string Empty = """
        DO $$
        BEGIN
            -- A test may have given back a database that no node ever opened.
            IF to_regclass('setting') IS NOT NULL THEN
                DELETE FROM setting; DELETE FROM shard; DELETE FROM member; DELETE FROM actor; DELETE FROM journal; DELETE FROM snapshot; DELETE FROM snapshot_part;
                DELETE FROM body; DELETE FROM body_chunk; DELETE FROM body_release; DELETE FROM account;
                DELETE FROM outbox; DELETE FROM ban;
                UPDATE cluster_map SET level = 1; DELETE FROM schema_version v USING schema_step s WHERE s.version = v.version AND s.level > 1;
            END IF;
        END
        $$
        """;

    private static readonly ConcurrentBag<string> s_free = [];

    public static PostgresOptions Options(PostgresServer server, string database) => new() { Connection = server.ConnectionString(database) };

    /// <summary>A database without anything of another test in it.</summary>
    public static async Task<string> RentDatabaseAsync()
    {
        var server = await PostgresServer.SharedAsync();
        if (!s_free.TryTake(out var database))
            return await server.CreateDatabaseAsync();
        await server.ExecuteAsync(database, Empty);
        return database;
    }

    /// <summary>Gives it back; nothing uses it any more.</summary>
    public static void Return(string database) => s_free.Add(database);

    public static async Task<PostgresDatabase> OpenAsync(string database, S3Options? objects = null) =>
        await OpenAsync(Options(await PostgresServer.SharedAsync(), database), objects);

    public static Task<PostgresDatabase> OpenAsync(PostgresServer server, string database) => OpenAsync(Options(server, database));

    public static async Task<PostgresDatabase> OpenAsync(PostgresOptions options, S3Options? objects = null, ILoggerFactory? loggers = null) =>
        await PostgresDatabase.OpenAsync(options, objects, TimeProvider.System, loggers ?? NullLoggerFactory.Instance, CancellationToken.None);
}
