using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Node.Configuration;
using MailCluster.Persistence;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>A database file and packs in the data directory, of this process alone.</summary>
internal sealed class EmbeddedStorage : INodeStorage
{
    private readonly SqliteDatabase _database;
    private readonly PackBodyStore _bodies;
    private readonly FileBanStore _bans;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    private EmbeddedStorage(SqliteDatabase database, PackBodyStore bodies, int shardCount, TimeSpan upkeepInterval, TimeProvider time, ILogger log)
    {
        _database = database;
        _bodies = bodies;
        _time = time;
        _log = log;
        _bans = new FileBanStore(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(database.Path)!, "bans"));
        ShardCount = shardCount;
        UpkeepInterval = upkeepInterval;
    }

    public string Location => Path.GetDirectoryName(_database.Path)!;

    public IJournal Journal => _database.Journal;

    public ISnapshotStore Snapshots => _database.Snapshots;

    public IWriterRegistry Writers => _database.Writers;

    public IOutboxIndex Outbox => _database.Outbox;

    public IBodyStore Bodies => _bodies;

    public IBodyStoreCheck BodyCheck => _bodies;

    public IAccountTable? Accounts => null;

    public IBanStore Bans => _bans;

    public IClusterStore? Cluster => null;

    public required byte[] LoginSecret { get; init; }

    public int ShardCount { get; }

    public TimeSpan UpkeepInterval { get; }

    /// <param name="directory">The data directory, held by the caller.</param>
    /// <param name="options">The node's configuration.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    public static async Task<EmbeddedStorage> OpenAsync(
        string directory, NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        SqliteDatabase? database = null;
        PackBodyStore? bodies = null;
        try
        {
            database = SqliteDatabase.Open(directory, options.ToSqlite(), time, loggers.CreateLogger<SqliteDatabase>());
            bodies = PackBodyStore.Open(directory, options.ToPacks(), loggers.CreateLogger<PackBodyStore>());
            var shards = await database.GetOrCreateShardCountAsync(options.Shards ?? MailCluster.Cluster.ShardCount.Default, cancellationToken);
            if (options.Shards is { } wanted && wanted != shards)
            {
                throw new ShardCountMismatchException(shards, wanted);
            }
            return new EmbeddedStorage(
                database, bodies, shards, options.Storage.Packs.CompactionInterval, time, loggers.CreateLogger("MailCluster.Node"))
            {
                LoginSecret = LoginSecretFile.ReadOrCreate(directory),
            };
        }
        catch
        {
            if (bodies is not null)
            {
                await bodies.DisposeAsync();
            }
            if (database is not null)
            {
                await database.DisposeAsync();
            }
            throw;
        }
    }

    /// <summary>Compacts packs.</summary>
    public async Task UpkeepAsync(CancellationToken cancellationToken)
    {
        var report = await _bodies.CompactAsync(_time.GetUtcNow(), cancellationToken);
        if (report.PacksRemoved > 0)
        {
            NodeLog.Compacted(_log, report.PacksRemoved, report.BytesFreed - report.BytesMoved);
        }
    }

    public Task ReleaseCachesAsync() => _database.ReleaseCachesAsync();

    /// <summary>Writes what waits and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await _bodies.DisposeAsync();
        await _database.DisposeAsync();
        _bans.Dispose();
    }
}
