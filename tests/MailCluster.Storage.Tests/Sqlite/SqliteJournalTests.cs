using MailCluster.Persistence;
using MailCluster.Storage.Sqlite;
using MailCluster.Storage.Sqlite.Native;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Sqlite;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_thousand_writers_at_once_each_find_their_own_stream()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(actor => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
                await database.Journal.AppendAsync(Write($"actor-{actor}", i, writer, BitConverter.GetBytes(actor * 10 + i)));
        })));

        for (var actor = 0; actor < 1_000; actor += 111)
        {
            var entries = await database.Journal.ReplayAsync($"actor-{actor}");
            Assert.Equal(Enumerable.Range(1, 5).Select(i => (long)i), entries.Select(e => e.SequenceNr.Value));
            Assert.Equal(Enumerable.Range(0, 5).Select(i => actor * 10 + i), entries.Select(e => BitConverter.ToInt32(e.Payload.Span)));
        }
    }

    [Fact]
    public async Task Refused_writes_fail_alone_among_many()
    {
        await using var database = Open(_directory);
        var dead = await database.Writers.RegisterAsync("node", CancellationToken.None);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        var appends = Enumerable.Range(0, 300).Select(i => Task.Run(() => (i % 3) switch
        {
            0 => database.Journal.AppendAsync(Write($"a{i}", 0, writer)),
            1 => Assert.ThrowsAsync<WriterFencedException>(() => database.Journal.AppendAsync(Write($"a{i}", 0, dead))),
            _ => Assert.ThrowsAsync<SequenceConflictException>(() => database.Journal.AppendAsync(Write($"a{i}", 7, writer))),
        }));
        await Task.WhenAll(appends);

        for (var i = 0; i < 300; i++)
            Assert.Equal(i % 3 == 0 ? 1 : 0, (await database.Journal.ReplayAsync($"a{i}")).Count);
        var actors = new List<string>();
        await foreach (var actor in database.Journal.ListActorsAsync(CancellationToken.None))
            actors.Add(actor.Value);
        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 == 0).Select(i => $"a{i}").Order(StringComparer.Ordinal), actors);
    }

    [Fact]
    public async Task A_lone_append_is_written_by_the_thread_that_asks_for_it()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        var appends = 0;
        while (true)
        {
            // The writer's thread may not have put the connection down yet after what it answered last: then this one is queued.
            var appended = database.Journal.AppendAsync(Write("a", appends++, writer));
            var wasDoneHere = appended.IsCompletedSuccessfully;
            await appended;
            if (wasDoneHere)
                break;
        }

        Assert.Equal(appends, (await database.Journal.ReplayAsync("a")).Count);
    }

    [Theory]
    [InlineData("UPDATE journal SET payload = x'010204' WHERE seq = 2")]
    [InlineData("UPDATE journal SET time = time + 1 WHERE seq = 2")]
    [InlineData("UPDATE journal SET seq = 9 WHERE seq = 2")]
    [InlineData("UPDATE journal SET crc32c = crc32c + 1 WHERE seq = 2")]
    public async Task A_write_that_was_damaged_is_not_taken_for_another(string damage)
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        for (var i = 0; i < 3; i++)
            await database.Journal.AppendAsync(Write("a", i, writer));
        Assert.Equal(3, (await database.Journal.ReplayAsync("a")).Count);
        Shell(damage);

        await Assert.ThrowsAsync<RecoveryFailedException>(() => database.Journal.ReplayAsync("a"));
    }

    [Fact]
    public async Task Rows_of_the_first_schema_have_no_checksum_and_are_read()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.Journal.AppendAsync(Write("a", 0, writer));
        Shell("UPDATE journal SET crc32c = NULL");

        Assert.Equal([1, 2, 3], Assert.Single(await database.Journal.ReplayAsync("a")).Payload.ToArray());
    }

    [Fact]
    public async Task A_full_disk_refuses_what_does_not_fit_and_the_writer_goes_on()
    {
        await using var database = Open(_directory, new SqliteOptions { PagesMax = 64 });
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        var big = database.Journal.AppendAsync(Write("big", 0, writer, new byte[1 << 20]));
        var small = database.Journal.AppendAsync(Write("small", 0, writer));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => big);
        await small;
        await database.Journal.AppendAsync(Write("big", 0, writer, new byte[100]));
        Assert.Single(await database.Journal.ReplayAsync("small"));
        Assert.Equal(100, Assert.Single(await database.Journal.ReplayAsync("big")).Payload.Length);
    }

    [Fact]
    public async Task While_another_program_holds_the_lock_writes_fail_and_then_go_on()
    {
        await using var database = Open(_directory, new SqliteOptions { LockWaitMax = TimeSpan.FromMilliseconds(20) });
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        using (var shell = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: false))
        {
            shell.Execute("BEGIN IMMEDIATE");
            var appends = Enumerable.Range(0, 50).Select(i => database.Journal.AppendAsync(Write($"a{i}", 0, writer))).ToList();
            foreach (var append in appends)
                await Assert.ThrowsAsync<JournalUnavailableException>(() => append);
            Assert.Empty(await database.Journal.ReplayAsync("a1"));
            shell.Execute("ROLLBACK");
        }

        await database.Journal.AppendAsync(Write("a1", 0, writer));
        Assert.Single(await database.Journal.ReplayAsync("a1"));
    }

    [Fact]
    public async Task A_replay_reads_big_and_many_writes_in_turns()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        for (var i = 0; i < 1_100; i++)
            await database.Journal.AppendAsync(Write("a", i, writer, new byte[i % 100 == 0 ? 3_000_000 : 10], Durability.OsBuffers));
        var entries = await database.Journal.ReplayAsync("a");
        Assert.Equal(Enumerable.Range(1, 1_100).Select(i => (long)i), entries.Select(e => e.SequenceNr.Value));
        Assert.Equal(3_000_000, entries[1_000].Payload.Length);
    }

    [Fact]
    public async Task Another_connections_write_is_noticed()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await database.Journal.AppendAsync(Write("a", 0, writer));
        Shell("INSERT INTO journal SELECT actor_no, 2, 0, x'00', NULL FROM actor WHERE id = 'a'");
        await Assert.ThrowsAsync<SequenceConflictException>(() => database.Journal.AppendAsync(Write("a", 1, writer)));
        await database.Journal.AppendAsync(Write("a", 2, writer));
        Shell("UPDATE writer SET alive = 0");
        await Assert.ThrowsAsync<WriterFencedException>(() => database.Journal.AppendAsync(Write("a", 3, writer)));
    }

    [Fact]
    public async Task A_trim_takes_a_prefix_even_when_the_clock_went_back()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        int[] hours = [1, 5, 2, 6];
        for (var i = 0; i < hours.Length; i++)
            await database.Journal.AppendAsync(Write("a", i, writer, time: Noon.AddHours(hours[i])));
        await database.Journal.TrimAsync(new PersistenceId("a"), new SequenceNr(4), Noon.AddHours(3), CancellationToken.None);
        Assert.Equal([2, 3, 4], (await database.Journal.ReplayAsync("a")).Select(e => e.SequenceNr.Value));
    }

    [Fact]
    public async Task The_end_of_a_stream_that_was_trimmed_away_survives_a_restart()
    {
        await using (var database = Open(_directory))
        {
            var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
            for (var i = 0; i < 3; i++)
                await database.Journal.AppendAsync(Write("a", i, writer));
            await database.Journal.TrimAsync(new PersistenceId("a"), new SequenceNr(3), Noon.AddHours(1), CancellationToken.None);
        }

        await using (var database = Open(_directory))
        {
            var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
            Assert.Empty(await database.Journal.ReplayAsync("a"));
            Assert.Equal(3, (await database.Journal.GetHighestSequenceNrAsync(new PersistenceId("a"), CancellationToken.None)).Value);
            await Assert.ThrowsAsync<SequenceConflictException>(() => database.Journal.AppendAsync(Write("a", 0, writer)));
            await database.Journal.AppendAsync(Write("a", 3, writer));
            Assert.Equal(4, Assert.Single(await database.Journal.ReplayAsync("a")).SequenceNr.Value);
        }
    }

    [Fact]
    public async Task A_cancelled_wait_for_a_place_stores_nothing()
    {
        await using var database = Open(_directory);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => database.Journal.AppendAsync(Write("a", 0, writer), new CancellationToken(canceled: true)).AsTask());
        Assert.Empty(await database.Journal.ReplayAsync("a"));
    }

    private void Shell(string sql)
    {
        using var session = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: false);
        session.Execute("PRAGMA busy_timeout=10000");
        session.Execute(sql);
    }

    public void Dispose() => _directory.Dispose();
}
