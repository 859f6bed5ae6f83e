using BenchmarkDotNet.Attributes;
using MailCluster.Bodies;
using MailCluster.LoadGenerator.Messages;
using MailCluster.Mime;
using MailCluster.Persistence;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Benchmarks;

/// <summary>Journal and packs on the disk of the temporary directory; writes wait for it.</summary>
[MemoryDiagnoser]
public class StorageBenchmarks
{
    private const int Stored = 1_000;

    private readonly byte[] _payload = new byte[200];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly BodyRef[] _bodies = new BodyRef[Stored];
    private readonly ReadOnlyMemory<byte>[] _summaries = new ReadOnlyMemory<byte>[Stored];
    private string _directory = "";
    private SqliteDatabase _database = null!;
    private PackBodyStore _packs = null!;
    private WriterGeneration _writer;
    private NewBody _message;
    private long[] _sequence = [];
    private int _next;

    /// <summary>Writes, or puts, in flight at once.</summary>
    [Params(1, 100)]
    public int AtOnce { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("bench.").FullName;
        _database = SqliteDatabase.Open(_directory, new SqliteOptions(), TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
        _packs = PackBodyStore.Open(_directory, new PackOptions(), NullLogger<PackBodyStore>.Instance);
        _writer = await _database.Writers.RegisterAsync("bench", CancellationToken.None);
        _sequence = new long[AtOnce];
        var message = MessageMill.Make(5, 4_096);
        var (summary, text) = MessageSummaryBuilder.Build(message, MimeLimits.Default);
        _message = new NewBody("a@bench.test", Guid.NewGuid(), summary, text, message);
        for (var i = 0; i < Stored; i++)
        {
            _bodies[i] = await _packs.PutAsync(_message, CancellationToken.None);
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _packs.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One durable write for each of so many actors.</summary>
    [Benchmark]
    public Task JournalToDisk() => AppendAsync(Durability.Disk);

    /// <summary>The same as changes of flags alone are written.</summary>
    [Benchmark]
    public Task JournalToSystem() => AppendAsync(Durability.OsBuffers);

    [Benchmark]
    public async Task PackPut()
    {
        var puts = new Task[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            puts[i] = _packs.PutAsync(_message, CancellationToken.None).AsTask();
        }
        await Task.WhenAll(puts);
    }

    [Benchmark]
    public ValueTask<int> PackRead() => _packs.ReadAsync(_bodies[_next++ % Stored], 0, _buffer, CancellationToken.None);

    [Benchmark(OperationsPerInvoke = Stored)]
    public ValueTask PackSummaries() => _packs.GetSummariesAsync(_bodies, _summaries, CancellationToken.None);

    private async Task AppendAsync(Durability durability)
    {
        var writes = new Task[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            writes[i] = _database.Journal.AppendAsync(
                new JournalWrite(new PersistenceId($"b{i}@bench.test"), new SequenceNr(_sequence[i]++), _writer, _payload, DateTimeOffset.UnixEpoch, durability),
                CancellationToken.None).AsTask();
        }
        await Task.WhenAll(writes);
    }
}
