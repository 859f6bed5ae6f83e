using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using Npgsql;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>
/// The race between a write and the declaration that its writer is dead, driven by hand: one of the two is held in the middle of its transaction by a
/// connection of the test, the other one is shown to wait for it.
/// </summary>
public sealed class PostgresFenceTests : IAsyncLifetime
{
    private string _name = "";
    private PostgresDatabase _database = null!;
    private WriterGeneration _writer;

    public async Task InitializeAsync()
    {
        _name = await PostgresFixture.RentDatabaseAsync();
        _database = await PostgresFixture.OpenAsync(_name);
        _writer = await _database.Writers.RegisterAsync("n1", CancellationToken.None);
        await _database.Journal.AppendAsync(Write("a", 0, _writer));
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }

    [Fact]
    public async Task A_write_under_way_is_waited_for_and_is_in_the_history()
    {
        // The second connection holds the unique key of the next number, so that the append stops after it has locked the fence.
        await using var blocker = await BeginAsync();
        await RunAsync(blocker, $"""
            INSERT INTO journal SELECT shard, actor_no, 2, time, crc32c, payload FROM journal WHERE seq = 1
            """);
        var append = _database.Journal.AppendAsync(Write("a", 1, _writer));
        await WaitingAsync("INSERT INTO journal");
        var fence = _database.Writers.FenceAsync(_writer, CancellationToken.None).AsTask();
        await WaitingAsync("UPDATE member_fence");

        Assert.False(fence.IsCompleted);
        Assert.False(append.IsCompleted);
        await RunAsync(blocker, "ROLLBACK");
        await append;
        await fence;
        Assert.Equal(2, (await _database.Journal.GetHighestSequenceNrAsync(new PersistenceId("a"), CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_write_that_comes_while_its_writer_is_declared_dead_waits_and_does_not_land()
    {
        // As FenceAsync does it, in its second transaction; here without the first, which would refuse the append before it comes to the lock.
        await using var fencer = await BeginAsync();
        await RunAsync(fencer, $"UPDATE member_fence SET alive = false WHERE generation = {_writer}");
        var append = _database.Journal.AppendAsync(Write("a", 1, _writer));
        await WaitingAsync("INSERT INTO journal");
        var save = _database.Snapshots.SaveAsync(
            new PersistenceId("a"), new SequenceNr(1), _writer, [new SnapshotPart("p", new byte[] { 1 })], [], CancellationToken.None).AsTask();
        await WaitingAsync("INSERT INTO snapshot AS s");
        await RunAsync(fencer, "COMMIT");

        await Assert.ThrowsAsync<WriterFencedException>(() => append);
        await Assert.ThrowsAsync<WriterFencedException>(() => save);
        Assert.Equal(1, (await _database.Journal.GetHighestSequenceNrAsync(new PersistenceId("a"), CancellationToken.None)).Value);
        Assert.Null(await _database.Snapshots.LoadAsync(new PersistenceId("a"), CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_is_being_declared_dead_writes_nothing_new_and_its_shards_are_not_claimed_before_its_writes_have_ended()
    {
        var cluster = _database.Cluster;
        var old = await JoinAsync("n2");
        var taker = await JoinAsync("n3");
        Assert.NotEmpty(await cluster.ClaimAsync(old, 3, CancellationToken.None));
        var left = _database.Shards - 3;
        Assert.Equal(left, (await cluster.ClaimAsync(taker, 1_000, CancellationToken.None)).Count);

        // A write of the old run that stands still with its lock.
        await using var writing = await BeginAsync();
        await RunAsync(writing, $"SELECT generation FROM member_fence WHERE generation = {old} FOR SHARE");
        var death = cluster.MarkDeadAsync(old, onlyIfExpired: false, CancellationToken.None).AsTask();
        await WaitingAsync("UPDATE member_fence");

        await Assert.ThrowsAsync<WriterFencedException>(() => _database.Journal.AppendAsync(Write("b", 0, new WriterGeneration(old.Value))));
        Assert.False(await cluster.RenewAsync(old, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Empty(await cluster.ClaimAsync(taker, 10, CancellationToken.None));
        var member = (await cluster.ReadAsync(CancellationToken.None)).Find(old)!;
        Assert.Equal((MemberStatus.Active, TimeSpan.Zero), (member.Status, member.LeaseLeft));

        await RunAsync(writing, "COMMIT");
        Assert.True(await death);
        Assert.Equal(3, (await cluster.ClaimAsync(taker, 10, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_death_that_was_cut_off_in_the_middle_is_finished_by_the_next_one()
    {
        var old = await JoinAsync("n2");
        var taker = await JoinAsync("n3");
        await _database.Cluster.ClaimAsync(old, 5, CancellationToken.None);
        await (await PostgresServer.SharedAsync()).ExecuteAsync(_name, $"UPDATE member SET closing = true WHERE generation = {old}");
        Assert.DoesNotContain(new ShardId(0), await _database.Cluster.ClaimAsync(taker, 1_000, CancellationToken.None));

        // Its lease counts as over.
        Assert.True(await _database.Cluster.MarkDeadAsync(old, onlyIfExpired: true, CancellationToken.None));
        Assert.Equal(5, (await _database.Cluster.ClaimAsync(taker, 1_000, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Renewals_do_not_wait_for_writes()
    {
        var generation = await JoinAsync("n2");
        await using var writing = await BeginAsync();
        await RunAsync(writing, $"SELECT generation FROM member_fence WHERE generation = {generation} FOR SHARE");

        Assert.True(await _database.Cluster.RenewAsync(generation, TimeSpan.FromMinutes(1), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Of_two_nodes_that_write_the_same_number_at_the_same_time_one_wins()
    {
        await using var other = await PostgresFixture.OpenAsync(_name);
        var second = await other.Writers.RegisterAsync("n2", CancellationToken.None);
        for (var i = 0; i < 50; i++)
        {
            var results = await Task.WhenAll(TryAsync(_database, _writer, $"race{i}"), TryAsync(other, second, $"race{i}"));
            Assert.Single(results, won => won);
        }
    }

    private static async Task<bool> TryAsync(PostgresDatabase database, WriterGeneration writer, string actor)
    {
        try
        {
            await database.Journal.AppendAsync(Write(actor, 0, writer));
            return true;
        }
        catch (SequenceConflictException conflict) when (conflict.Found.Value == 1)
        {
            return false;
        }
    }

    private ValueTask<Generation> JoinAsync(string node) =>
        _database.Cluster.JoinAsync(new MemberRegistration(node, $"{node}:1", NodeRoles.Mailbox, "1"), TimeSpan.FromMinutes(10), CancellationToken.None);

    private async Task<NpgsqlConnection> BeginAsync()
    {
        var connection = new NpgsqlConnection((await PostgresServer.SharedAsync()).ConnectionString(_name) + ";Pooling=false");
        await connection.OpenAsync();
        await RunAsync(connection, "BEGIN");
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Until the server says that a statement with these words waits for a lock.</summary>
    private async Task WaitingAsync(string words)
    {
        var server = await PostgresServer.SharedAsync();
        var deadline = TimeProvider.System.GetTimestamp();
        while (!(bool)(await server.ExecuteAsync(
            _name,
            $"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%{words}%' AND pid <> pg_backend_pid())"))!)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(30), $"Nothing with {words} waits for a lock.");
        }
    }
}
