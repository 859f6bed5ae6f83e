using System.Buffers.Binary;
using System.Diagnostics;
using MailCluster.Bodies;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using static MailCluster.Storage.Tests.Sqlite.SqliteFixture;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>The server is stopped, killed and started again, under load. Each test has a server of its own.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private const int Workers = 12;

    // What a client waits before it asks again; nothing depends on how long it is.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CapturedLog _log = new();
    private PostgresServer _server = null!;
    private PostgresDatabase _database = null!;
    private WriterGeneration _writer;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        var name = await _server.CreateDatabaseAsync();
        _database = await PostgresFixture.OpenAsync(PostgresFixture.Options(_server, name) with { RetryDelay = TimeSpan.FromMilliseconds(50) }, loggers: _log);
        _writer = await _database.Writers.RegisterAsync("n1", CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_server_is_stopped_and_killed_under_load()
    {
        using var ending = new CancellationTokenSource();
        var progress = new long[Workers];
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(worker, progress, ending.Token))).ToArray();
        for (var round = 0; round < 4; round++)
        {
            await ProgressAsync(progress, workers);
            if (round % 2 == 0)
                await _server.StopAsync();
            else
                await _server.KillAsync();
            await _server.StartAgainAsync();
        }

        await ProgressAsync(progress, workers);
        await ending.CancelAsync();
        var acknowledged = await Task.WhenAll(workers);
        for (var worker = 0; worker < Workers; worker++)
            await CheckAsync(worker, acknowledged[worker]);
    }

    [Fact]
    public async Task While_it_is_gone_everything_fails_soon_and_says_so_and_then_works_again()
    {
        var body = await PutAsync();
        await _database.Journal.AppendAsync(Write("a", 0, _writer));
        await _server.StopAsync();
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => _database.Journal.AppendAsync(Write("a", 1, _writer)));
            await Assert.ThrowsAsync<JournalUnavailableException>(() => _database.Journal.ReplayAsync("a"));
            await Assert.ThrowsAsync<JournalUnavailableException>(async () => await _database.Snapshots.LoadAsync(new PersistenceId("a"), CancellationToken.None));
            await Assert.ThrowsAsync<JournalUnavailableException>(async () => await _database.Writers.RegisterAsync("n2", CancellationToken.None));
            await Assert.ThrowsAsync<BodyStoreUnavailableException>(async () => await _database.Bodies.GetTextsAsync(new[] { body }, new ReadOnlyMemory<byte>[1], CancellationToken.None));
            await Assert.ThrowsAsync<ClusterStoreUnavailableException>(async () => await _database.Cluster.ReadAsync(CancellationToken.None));
            await Assert.ThrowsAsync<Auth.Users.UserDirectoryException>(async () => await _database.Accounts.FindAsync("a", 0, CancellationToken.None));
        }

        // Many at once wait for nothing.
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => Assert.ThrowsAsync<JournalUnavailableException>(
            () => _database.Journal.AppendAsync(Write($"b{i}", 0, _writer)))));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Assert.ThrowsAsync<BodyStoreUnavailableException>(PutManyAsync)));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));

        await _server.StartAgainAsync();
        await RetryAsync(async () => await _database.Journal.AppendAsync(Write("a", 1, _writer)));
        Assert.Equal(2, (await _database.Journal.ReplayAsync("a")).Count);
        Assert.NotEqual(BodyRef.None, await PutAsync());
        Assert.NotNull(await _database.Cluster.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Reads_notice_nothing_of_a_restart_between_them()
    {
        await _database.Journal.AppendAsync(Write("a", 0, _writer));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _database.Journal.ReplayAsync("a")));
        await _server.StopAsync();
        await _server.StartAgainAsync();

        // The pool still holds connections to the server that is gone.
        Assert.Single(await _database.Journal.ReplayAsync("a"));
    }

    [Fact]
    public async Task Changes_of_the_map_are_heard_of_after_a_restart()
    {
        using var told = new SemaphoreSlim(0);
        await using var watching = _database.Cluster.Watch(() => told.Release());
        Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(30)));
        await _server.KillAsync();
        await _server.StartAgainAsync();

        // Once it listens again it says so, for what was missed; and then it hears the change.
        Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(30)));
        await RetryAsync(async () => await _database.Writers.RegisterAsync("n2", CancellationToken.None));
        Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(30)));
        // However often it tried meanwhile.
        Assert.Equal((1, 1), (_log.Count(1506), _log.Count(1507)));
    }

    /// <summary>A worker does what an actor does: body, event; after an unknown outcome it looks where its stream ends.</summary>
    private async Task<long> WorkAsync(int worker, long[] progress, CancellationToken ending)
    {
        var acknowledged = 0L;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var body = await _database.Bodies.PutAsync(
                    new NewBody(Actor(worker), Guid.NewGuid(), default, default, BitConverter.GetBytes(acknowledged + 1)), CancellationToken.None);
                var payload = new byte[16];
                BinaryPrimitives.WriteInt64LittleEndian(payload, acknowledged + 1);
                BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(8), body.Value);
                var durability = acknowledged % 3 == 0 ? Durability.OsBuffers : Durability.Disk;
                await _database.Journal.AppendAsync(Write(Actor(worker), acknowledged, _writer, payload, durability));
                acknowledged++;
                Interlocked.Increment(ref progress[worker]);
            }
            catch (BodyStoreUnavailableException)
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
            catch (JournalUnavailableException)
            {
                var highest = 0L;
                await RetryAsync(async () =>
                    highest = (await _database.Journal.GetHighestSequenceNrAsync(new PersistenceId(Actor(worker)), CancellationToken.None)).Value);
                Assert.InRange(highest, acknowledged, acknowledged + 1);
                acknowledged = highest;
            }
            catch (SequenceConflictException conflict)
            {
                // The lost statement landed after the look.
                Assert.Equal(acknowledged + 1, conflict.Found.Value);
                acknowledged = conflict.Found.Value;
            }
        }

        return acknowledged;
    }

    private async Task CheckAsync(int worker, long acknowledged)
    {
        var entries = await _database.Journal.ReplayAsync(Actor(worker));
        Assert.InRange(entries.Count, acknowledged, acknowledged + 1);
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.Equal(i + 1, entries[i].SequenceNr.Value);
            Assert.Equal(i + 1, BinaryPrimitives.ReadInt64LittleEndian(entries[i].Payload.Span));
            var bytes = new byte[8];
            await _database.Bodies.ReadAsync(new BodyRef(BinaryPrimitives.ReadUInt64LittleEndian(entries[i].Payload.Span[8..])), 0, bytes, CancellationToken.None);
            Assert.Equal(i + 1, BitConverter.ToInt64(bytes));
        }
    }

    private static string Actor(int worker) => $"worker-{worker}@example.com";

    private static async Task ProgressAsync(long[] progress, Task[] workers)
    {
        var before = progress.ToArray();
        await Poll.UntilAsync(() => workers.Any(worker => worker.IsCompleted) || before.Select((count, worker) => Volatile.Read(ref progress[worker]) >= count + 5).All(is5 => is5));
        foreach (var worker in workers.Where(worker => worker.IsCompleted))
            await worker;
    }

    private static async Task RetryAsync(Func<Task> run)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await run();
                return;
            }
            catch (JournalUnavailableException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    // More than the numbers that a node has in store.
    private async Task PutManyAsync()
    {
        while (true)
            await PutAsync();
    }

    private async Task<BodyRef> PutAsync() =>
        await _database.Bodies.PutAsync(new NewBody("a", Guid.NewGuid(), default, default, new byte[10]), CancellationToken.None);
}
