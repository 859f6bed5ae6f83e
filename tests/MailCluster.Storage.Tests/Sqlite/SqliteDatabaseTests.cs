using MailCluster.Persistence;
using MailCluster.Storage.Sqlite;
using MailCluster.Storage.Sqlite.Native;
using MailCluster.Testing;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Sqlite;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task The_shard_count_of_the_first_start_stays()
    {
        await using (var database = Open(_directory))
            Assert.Equal(256, await database.GetOrCreateShardCountAsync(256, CancellationToken.None));
        await using (var database = Open(_directory))
            Assert.Equal(256, await database.GetOrCreateShardCountAsync(64, CancellationToken.None));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions()
    {
        await Open(_directory).DisposeAsync();
        Shell("PRAGMA user_version=99");
        var refused = Assert.Throws<StorageFormatException>(() => Open(_directory));
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_another_program_is_refused()
    {
        Shell("CREATE TABLE things (name TEXT)");
        Assert.Throws<StorageFormatException>(() => Open(_directory));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_directory.File(SqliteDatabase.FileName), new string('x', 8192));
        Assert.Throws<JournalUnavailableException>(() => Open(_directory));
    }

    [Fact]
    public async Task What_gave_up_its_caches_reads_and_writes_on()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await database.Journal.AppendAsync(Write("a", i, writer, [(byte)i], i % 2 == 0 ? Durability.Disk : Durability.OsBuffers));
            Assert.Equal(i + 1, (await database.Journal.ReplayAsync("a")).Count);
            await database.ReleaseCachesAsync();
        }

        Assert.Equal([0, 1, 2], (await database.Journal.ReplayAsync("a")).Select(entry => entry.Payload.Span[0]));
    }

    [Fact]
    public async Task Kill_loses_nothing_acknowledged_whatever_the_durability()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        for (var i = 0; i < 100; i++)
            await database.Journal.AppendAsync(Write("a", i, writer, [(byte)i], i % 3 == 0 ? Durability.Disk : Durability.OsBuffers));

        using var left = _directory.CopyAsAfterKill();
        await using var next = Open(left);
        var entries = await next.Journal.ReplayAsync("a");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), entries.Select(e => e.Payload.Span[0]));
        Assert.True(await next.Writers.RegisterAsync("node", CancellationToken.None) is { } later && later.Value > writer.Value);
    }

    [Fact]
    public async Task A_clean_close_leaves_one_file()
    {
        await using (var database = Open(_directory))
        {
            var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
            await database.Journal.AppendAsync(Write("a", 0, writer));
            await database.Journal.ReplayAsync("a");
        }

        Assert.Equal([_directory.File(SqliteDatabase.FileName)], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_write_from_the_systems_buffers_is_flushed_when_its_time_is_up()
    {
        var time = new ManualTimeProvider();
        await using var database = Open(_directory, time: time);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.Journal.AppendAsync(Write("a", 0, writer, durability: Durability.OsBuffers));
        Assert.Null(Flushed());
        time.Advance(TimeSpan.FromMilliseconds(499));
        await Settle(database);
        Assert.Null(Flushed());
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Settle(database);
        var flushed = Flushed();
        Assert.NotNull(flushed);

        // Nothing more is owed, so nothing more is written.
        time.Advance(TimeSpan.FromHours(1));
        await Settle(database);
        Assert.Equal(flushed, Flushed());
    }

    [Fact]
    public async Task The_log_starts_again_instead_of_growing()
    {
        await using var database = Open(_directory, new SqliteOptions { CheckpointPages = 16 });
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        var payload = new byte[2_000];
        for (var i = 0; i < 3_000; i++)
            await database.Journal.AppendAsync(Write("a", i, writer, payload, Durability.OsBuffers));

        // 3,000 commits are at least 3,000 pages, 12 MiB. The log may grow to 8 × 16 pages and one group's, then the writer waits for it.
        var log = new FileInfo(_directory.File(SqliteDatabase.FileName + "-wal")).Length;
        Assert.InRange(log, 1, 1 << 20);
        Assert.Equal(3_000, (await database.Journal.ReplayAsync("a")).Count);
    }

    [Fact]
    public async Task After_closing_every_call_says_unavailable()
    {
        var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.DisposeAsync();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => database.Journal.AppendAsync(Write("a", 0, writer)));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => database.Journal.ReplayAsync("a"));
        await database.DisposeAsync();
    }

    // The writer answers in order, so an answered request means that all before it were answered.
    private static async Task Settle(SqliteDatabase database) =>
        await database.Journal.TrimAsync(new PersistenceId("nobody"), new SequenceNr(1), Noon, CancellationToken.None);

    private string? Flushed()
    {
        using var session = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: true);
        using var statement = session.Prepare("SELECT value FROM meta WHERE key = 'flushed'");
        return statement.Step() ? statement.Text(0) : null;
    }

    private void Shell(string sql)
    {
        using var session = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: false);
        session.Execute(sql);
    }

    public void Dispose() => _directory.Dispose();
}
