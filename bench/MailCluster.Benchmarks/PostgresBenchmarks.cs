using BenchmarkDotNet.Attributes;
using MailCluster.Bodies;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Benchmarks;

/// <summary>Journal and bodies in a PostgreSQL server of the benchmark's own, on a Unix socket and the disk of the temporary directory, with fsync.</summary>
[MemoryDiagnoser]
public class PostgresBenchmarks
{
    private const int Stored = 1_000;

    private readonly byte[] _payload = new byte[200];
    private readonly BodyRef[] _bodies = new BodyRef[Stored];
    private readonly ReadOnlyMemory<byte>[] _summaries = new ReadOnlyMemory<byte>[Stored];
    private PostgresServer _server = null!;
    private PostgresDatabase _database = null!;
    private WriterGeneration _writer;
    private long[] _sequence = [];

    /// <summary>Writes, or puts, in flight at once.</summary>
    [Params(1, 100, 1_000)]
    public int AtOnce { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _server = await PostgresServer.StartAsync();
        var options = new PostgresOptions { Connection = _server.ConnectionString(await _server.CreateDatabaseAsync()), BodyCacheBytes = 0 };
        _database = await PostgresDatabase.OpenAsync(options, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        _writer = await _database.Writers.RegisterAsync("bench", CancellationToken.None);
        _sequence = new long[AtOnce];
        for (var i = 0; i < Stored; i++)
        {
            _bodies[i] = await PutAsync("reader@bench.test");
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>One durable write for each of so many actors.</summary>
    [Benchmark]
    public async Task Append()
    {
        var writes = new Task[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            writes[i] = _database.Journal.AppendAsync(
                new JournalWrite(new PersistenceId($"b{i}@bench.test"), new SequenceNr(_sequence[i]++), _writer, _payload, DateTimeOffset.UnixEpoch, Durability.Disk),
                CancellationToken.None).AsTask();
        }
        await Task.WhenAll(writes);
    }

    /// <summary>A message of 4 KiB for each of so many accounts.</summary>
    [Benchmark]
    public async Task Put()
    {
        var puts = new Task[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            puts[i] = PutAsync($"b{i}@bench.test");
        }
        await Task.WhenAll(puts);
    }

    [Benchmark(OperationsPerInvoke = Stored)]
    public ValueTask Summaries() => _database.Bodies.GetSummariesAsync(_bodies, _summaries, CancellationToken.None);

    private Task<BodyRef> PutAsync(string owner) => _database.Bodies.PutAsync(
        new NewBody(owner, Guid.NewGuid(), new byte[600], new byte[1_000], new byte[4_096]), CancellationToken.None).AsTask();
}
