using MailCluster.Persistence;
using MailCluster.Storage.Sqlite;
using MailCluster.Storage.Sqlite.Native;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Sqlite;

public sealed class SqliteSnapshotStoreTests : IDisposable
{
    private static readonly PersistenceId Actor = new("a");

    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("UPDATE snapshot_part SET bytes = x'0A' WHERE name = 'two'")]
    [InlineData("UPDATE snapshot_part SET name = 'three' WHERE name = 'two'")]
    public async Task A_damaged_part_throws_the_snapshot_away(string damage)
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.Snapshots.SaveAsync(
            Actor, new SequenceNr(3), writer, [new("one", new byte[] { 1 }), new("two", new byte[] { 2 })], [], CancellationToken.None);
        Assert.NotNull(await database.Snapshots.LoadAsync(Actor, CancellationToken.None));
        Shell(damage);
        Assert.Null(await database.Snapshots.LoadAsync(Actor, CancellationToken.None));

        // It is gone for good, so that an earlier number can be saved again.
        await database.Snapshots.SaveAsync(Actor, new SequenceNr(2), writer, [new("one", new byte[] { 9 })], [], CancellationToken.None);
        Assert.Equal(2, (await database.Snapshots.LoadAsync(Actor, CancellationToken.None))!.SequenceNr.Value);
    }

    [Fact]
    public async Task A_damaged_snapshot_stays_once_the_events_before_it_are_gone()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        for (var i = 0; i < 3; i++)
            await database.Journal.AppendAsync(Write("a", i, writer));
        await database.Snapshots.SaveAsync(Actor, new SequenceNr(3), writer, [new("one", new byte[] { 1 })], [], CancellationToken.None);
        await database.Journal.TrimAsync(Actor, new SequenceNr(2), Noon + TimeSpan.FromDays(1), CancellationToken.None);
        Shell("UPDATE snapshot_part SET bytes = x'0A' WHERE name = 'one'");

        for (var round = 0; round < 2; round++)
        {
            var failed = await Assert.ThrowsAsync<RecoveryFailedException>(
                async () => await database.Snapshots.LoadAsync(Actor, CancellationToken.None));
            Assert.Contains("part one", failed.Message, StringComparison.Ordinal);
        }

        Shell("UPDATE snapshot_part SET bytes = x'01' WHERE name = 'one'");
        Assert.NotNull(await database.Snapshots.LoadAsync(Actor, CancellationToken.None));
    }

    [Fact]
    public async Task A_snapshot_survives_a_kill()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.Snapshots.SaveAsync(Actor, new SequenceNr(3), writer, [new("part", new byte[100_000])], [], CancellationToken.None);
        using var left = _directory.CopyAsAfterKill();
        await using var next = Open(left);
        var snapshot = await next.Snapshots.LoadAsync(Actor, CancellationToken.None);
        Assert.Equal(100_000, Assert.Single(snapshot!.Parts).Bytes.Length);
    }

    private void Shell(string sql)
    {
        using var session = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: false);
        session.Execute("PRAGMA busy_timeout=10000");
        session.Execute(sql);
    }

    public void Dispose() => _directory.Dispose();
}
