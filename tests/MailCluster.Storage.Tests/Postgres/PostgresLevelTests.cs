using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using Npgsql;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>Tables of a later release under nodes of the release before: what those look at stays as it is until no such node is left, and then keeps them out.</summary>
public sealed class PostgresLevelTests
{
    /// <summary>What a program from before there were levels asks at its start.</summary>
    private const string SchemaOfOldPrograms = "SELECT coalesce(max(version), 0) FROM schema_version";

    /// <summary>How it joins.</summary>
    private const string JoinOfOldPrograms = """
        WITH joined AS (
            INSERT INTO member (node, address, roles, version, status, lease_until)
            VALUES ('old', 'old:1', 3, '0.1', 0, clock_timestamp() + interval '1 minute') RETURNING generation
        )
        INSERT INTO member_fence (generation) SELECT generation FROM joined RETURNING generation
        """;

    private const int OldSchema = 5;

    [Fact]
    public void Every_level_has_a_migration_by_whose_number_releases_before_it_are_refused()
    {
        var levels = PostgresSchema.Migrations.Select(migration => migration.Level).ToList();
        Assert.Equal(Enumerable.Range(FeatureLevel.Mail, FeatureLevel.Newest), levels.Distinct());
        Assert.Equal(levels.Order(), levels);
        Assert.Equal(OldSchema, levels.Count(level => level == FeatureLevel.Mail));
    }

    [Fact]
    public async Task The_release_before_may_start_until_the_level_is_raised_and_not_after()
    {
        var server = await PostgresServer.SharedAsync();
        var name = await PostgresFixture.RentDatabaseAsync();
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            Assert.Equal(OldSchema, await server.ExecuteAsync(name, SchemaOfOldPrograms));
            Assert.Equal(PostgresSchema.Version, await server.ExecuteAsync(name, "SELECT max(version) FROM schema_step"));
            var old = new Generation((long)(await server.ExecuteAsync(name, JoinOfOldPrograms))!);
            await database.Cluster.JoinAsync(
                new MemberRegistration("new", "new:1", NodeRoles.Edge | NodeRoles.Mailbox, "0.2"), TimeSpan.FromMinutes(1), CancellationToken.None);

            Assert.Equal(FeatureLevel.Mail, await database.Cluster.RaiseLevelAsync(CancellationToken.None));
            Assert.Equal(OldSchema, await server.ExecuteAsync(name, SchemaOfOldPrograms));
            var map = await database.Cluster.ReadAsync(CancellationToken.None);
            Assert.Equal(FeatureLevel.Mail, map.Find(old)!.Level);

            await database.Cluster.MarkDeadAsync(old, onlyIfExpired: false, CancellationToken.None);
            Assert.Equal(FeatureLevel.Newest, await database.Cluster.RaiseLevelAsync(CancellationToken.None));
            Assert.Equal(PostgresSchema.Version, await server.ExecuteAsync(name, SchemaOfOldPrograms));

            // One that looked at the schema a moment before.
            var refused = await Assert.ThrowsAsync<PostgresException>(() => server.ExecuteAsync(name, JoinOfOldPrograms));
            Assert.Equal("MCLVL", refused.SqlState);
            Assert.Contains("node old speaks no more than 1", refused.MessageText, StringComparison.Ordinal);
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task A_database_that_a_later_release_has_prepared_and_not_raised_is_used_as_it_is()
    {
        var server = await PostgresServer.SharedAsync();
        var name = await PostgresFixture.RentDatabaseAsync();
        await (await PostgresFixture.OpenAsync(name)).DisposeAsync();
        await server.ExecuteAsync(name, $"INSERT INTO schema_step (version, level) VALUES ({PostgresSchema.Version + 1}, {FeatureLevel.Newest + 1})");

        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            await database.Cluster.JoinAsync(
                new MemberRegistration("n1", "n1:1", NodeRoles.Edge | NodeRoles.Mailbox, "0.1"), TimeSpan.FromMinutes(1), CancellationToken.None);
            Assert.Equal(FeatureLevel.Newest, await database.Cluster.RaiseLevelAsync(CancellationToken.None));
            Assert.Equal(PostgresSchema.Version, await server.ExecuteAsync(name, SchemaOfOldPrograms));
        }

        await server.ExecuteAsync(name, $"DELETE FROM schema_step WHERE version > {PostgresSchema.Version}");
        PostgresFixture.Return(name);
    }
}
