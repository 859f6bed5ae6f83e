using MailCluster.Bodies;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>Opening: schema, facts of the installation, what is refused.</summary>
public sealed class PostgresDatabaseTests
{
    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_all_start()
    {
        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => PostgresFixture.OpenAsync(PostgresFixture.Options(server, name) with { ShardsIfNew = 10 + i }))));
        Assert.Single(nodes.Select(node => node.Shards).Distinct());
        Assert.Equal((long)nodes[0].Shards, await server.ExecuteAsync(name, "SELECT count(*) FROM shard"));
        Assert.Equal((long)PostgresSchema.Version, await server.ExecuteAsync(name, "SELECT count(*) FROM schema_step"));
        var generations = await Task.WhenAll(nodes.Select(async (node, i) => await node.Writers.RegisterAsync($"n{i}", CancellationToken.None)));
        Assert.Equal(6, generations.Distinct().Count());
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_not_touched()
    {
        var name = await NewAsync();
        var server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync(name, $"INSERT INTO schema_version (version) VALUES ({PostgresSchema.Version + 1})");
        var refused = await Assert.ThrowsAsync<StorageFormatException>(() => PostgresFixture.OpenAsync(name));
        Assert.Contains($"schema version {PostgresSchema.Version + 1}; this program knows up to {PostgresSchema.Version}", refused.Message, StringComparison.Ordinal);
        await server.ExecuteAsync(name, $"DELETE FROM schema_version WHERE version > {PostgresSchema.Version}");
        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task Another_clusters_database_is_refused()
    {
        var name = await NewAsync();
        var options = PostgresFixture.Options(await PostgresServer.SharedAsync(), name) with { ClusterName = "other" };
        var refused = await Assert.ThrowsAsync<StorageFormatException>(() => PostgresFixture.OpenAsync(options));
        Assert.Contains("\"mailcluster\"", refused.Message, StringComparison.Ordinal);
        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task The_number_of_shards_is_decided_once()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        var options = PostgresFixture.Options(await PostgresServer.SharedAsync(), name);
        await using (var first = await PostgresFixture.OpenAsync(options with { ShardsIfNew = 32 }))
            Assert.Equal(32, first.Shards);
        await using (var second = await PostgresFixture.OpenAsync(options with { ShardsIfNew = 64 }))
        {
            Assert.Equal(32, second.Shards);
            Assert.Equal(32, await second.ShardCount.GetOrSetAsync(64, CancellationToken.None));
            Assert.Equal(32, (await second.Cluster.ReadAsync(CancellationToken.None)).Owners.Length);
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so_without_the_password()
    {
        var options = new PostgresOptions { Connection = "Host=/not/there;Username=mail;Password=secret;Database=mail" };
        var error = await Assert.ThrowsAsync<JournalUnavailableException>(() => PostgresFixture.OpenAsync(options));
        Assert.Contains("/not/there/mail", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_commits_asynchronously_by_default_is_committed_synchronously_here()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        var server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync(name, $"ALTER DATABASE {name} SET synchronous_commit = off");
        await using var database = await PostgresFixture.OpenAsync(name);
        await server.ExecuteAsync(
            name,
            """
            CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO setting VALUES (''seen'', current_setting(''synchronous_commit'')); RETURN NULL; END';
            CREATE TRIGGER told AFTER INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION told();
            """);
        var writer = await database.Writers.RegisterAsync("n1", CancellationToken.None);
        await database.Journal.AppendAsync(Write("a", 0, writer, durability: Durability.OsBuffers));
        Assert.Equal("on", await server.ExecuteAsync(name, "SELECT value FROM setting WHERE key = 'seen'"));
    }

    [Theory]
    [InlineData("UPDATE journal SET payload = '\\x010204' WHERE seq = 2")]
    [InlineData("UPDATE journal SET time = time + 1 WHERE seq = 2")]
    [InlineData("UPDATE journal SET seq = 9 WHERE seq = 2")]
    [InlineData("UPDATE journal SET crc32c = crc32c + 1 WHERE seq = 2")]
    public async Task A_write_that_was_damaged_is_not_taken_for_another(string damage)
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            var writer = await database.Writers.RegisterAsync("n1", CancellationToken.None);
            for (var i = 0; i < 3; i++)
                await database.Journal.AppendAsync(Write("a", i, writer));
            await (await PostgresServer.SharedAsync()).ExecuteAsync(name, damage);
            await Assert.ThrowsAsync<RecoveryFailedException>(() => database.Journal.ReplayAsync("a"));
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task A_write_that_the_server_refuses_fails_alone()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            var writer = await database.Writers.RegisterAsync("n1", CancellationToken.None);
            await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "ALTER TABLE journal ADD CONSTRAINT small CHECK (length(payload) < 1000)");
            var appends = Enumerable.Range(0, 100).Select(i => (IsBig: i % 10 == 0, Task: database.Journal.AppendAsync(Write($"a{i}", 0, writer, new byte[i % 10 == 0 ? 2_000 : 10])))).ToList();
            foreach (var (isBig, task) in appends)
            {
                if (isBig)
                    await Assert.ThrowsAsync<JournalUnavailableException>(() => task);
                else
                    await task;
            }

            await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "ALTER TABLE journal DROP CONSTRAINT small");
            await database.Journal.AppendAsync(Write("a0", 0, writer, new byte[2_000]));
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task A_snapshot_that_is_damaged_and_needed_stops_the_recovery()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        var actor = new PersistenceId("a");
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            var writer = await database.Writers.RegisterAsync("n1", CancellationToken.None);
            await database.Journal.AppendAsync(Write("a", 0, writer));
            await database.Snapshots.SaveAsync(actor, new SequenceNr(1), writer, [new SnapshotPart("p", new byte[] { 1 })], [], CancellationToken.None);
            await database.Journal.TrimAsync(actor, new SequenceNr(1), Noon.AddDays(1), CancellationToken.None);
            await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "UPDATE snapshot_part SET crc32c = crc32c + 1");
            await Assert.ThrowsAsync<RecoveryFailedException>(async () => await database.Snapshots.LoadAsync(actor, CancellationToken.None));
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task Big_bodies_are_stored_in_pieces_and_read_by_range()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            var bytes = new byte[(64 << 20) + 17];
            new Random(1).NextBytes(bytes);
            var body = await database.Bodies.PutAsync(new NewBody("a", Guid.NewGuid(), default, default, bytes), CancellationToken.None);
            Assert.Equal(65L, await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "SELECT count(*) FROM body_chunk"));
            var piece = new byte[3_000_000];
            foreach (var offset in new[] { 0, (1 << 20) - 1, 1 << 20, 20_000_000, bytes.Length - 5, bytes.Length })
            {
                var read = await database.Bodies.ReadAsync(body, offset, piece, CancellationToken.None);
                Assert.Equal(Math.Min(piece.Length, bytes.Length - offset), read);
                Assert.True(bytes.AsSpan(offset, read).SequenceEqual(piece.AsSpan(0, read)));
            }

            Assert.Equal(BodyCondition.Sound, await database.Bodies.VerifyAsync(body, CancellationToken.None));
            await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "DELETE FROM body_chunk WHERE at = 3 << 20");
            Assert.Equal(BodyCondition.Corrupt, await database.Bodies.VerifyAsync(body, CancellationToken.None));
            await database.Bodies.ReleaseAsync(new[] { body }, Noon, CancellationToken.None);
            Assert.Equal(1, await database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
            Assert.Equal(0L, await (await PostgresServer.SharedAsync()).ExecuteAsync(name, "SELECT count(*) FROM body_chunk"));
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public async Task Only_the_shards_that_are_asked_for_are_collected()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        await using (var database = await PostgresFixture.OpenAsync(name))
        {
            var bodies = new List<BodyRef>();
            for (var i = 0; i < 1_200; i++)
                bodies.Add(await database.Bodies.PutAsync(new NewBody(i % 2 == 0 ? "even" : "odd", Guid.NewGuid(), default, default, default), CancellationToken.None));
            await database.Bodies.ReleaseAsync(bodies.ToArray(), Noon, CancellationToken.None);
            var even = Cluster.ShardHash.ShardOf(new Cluster.EntityId("even"), database.Shards);
            var odd = Cluster.ShardHash.ShardOf(new Cluster.EntityId("odd"), database.Shards);
            Assert.NotEqual(even, odd);
            Assert.Equal(600, await database.Bodies.CollectAsync(Noon, [even], CancellationToken.None));
            Assert.Equal(0, await database.Bodies.CollectAsync(Noon, [], CancellationToken.None));
            Assert.Equal(600, await database.Bodies.CollectAsync(Noon, [even, odd], CancellationToken.None));
        }

        PostgresFixture.Return(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Options_are_checked(string connection) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PostgresFixture.OpenAsync(new PostgresOptions { Connection = connection }));

    private static async Task<string> NewAsync()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        await (await PostgresFixture.OpenAsync(name)).DisposeAsync();
        return name;
    }
}
