using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Node.Configuration;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>A PostgreSQL database, and perhaps a bucket, that any number of nodes share.</summary>
internal sealed class SharedStorage : INodeStorage
{
    private readonly PostgresDatabase _database;
    private readonly string? _bucket;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    private SharedStorage(PostgresDatabase database, string? bucket, TimeSpan upkeepInterval, TimeProvider time, ILogger log)
    {
        _database = database;
        _bucket = bucket;
        _time = time;
        _log = log;
        UpkeepInterval = upkeepInterval;
    }

    public string Location => _bucket is null ? _database.Address : $"{_database.Address} and bucket {_bucket}";

    public IJournal Journal => _database.Journal;

    public ISnapshotStore Snapshots => _database.Snapshots;

    public IWriterRegistry Writers => _database.Writers;

    public IOutboxIndex Outbox => _database.Outbox;

    public IBodyStore Bodies => _database.Bodies;

    public IBodyStoreCheck BodyCheck => _database.Bodies;

    public IAccountTable? Accounts => _database.Accounts;

    public byte[] LoginSecret => _database.LoginSecret;

    public IBanStore Bans => _database.Bans;

    public int ShardCount => _database.Shards;

    public TimeSpan UpkeepInterval { get; }

    public IClusterStore? Cluster => _database.Cluster;

    /// <param name="options">The node's configuration.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    public static async Task<SharedStorage> OpenAsync(NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var objects = options.Storage.Bodies == BodiesKind.S3 ? options.ToS3() : null;
        var database = await PostgresDatabase.OpenAsync(options.ToPostgres(), objects, time, loggers, cancellationToken);
        if (options.Shards is { } wanted && wanted != database.Shards)
        {
            await database.DisposeAsync();
            throw new ShardCountMismatchException(database.Shards, wanted);
        }
        return new SharedStorage(
            database, objects?.Bucket, options.Storage.Postgres.CollectionInterval, time, loggers.CreateLogger("MailCluster.Node"));
    }

    /// <summary>Removes bodies whose time has come. All nodes do, of all shards: they do each other no harm, and whoever is first has done it for the rest.</summary>
    public async Task UpkeepAsync(CancellationToken cancellationToken)
    {
        var freed = await _database.Bodies.CollectAsync(_time.GetUtcNow(), shards: null, cancellationToken);
        if (freed > 0)
        {
            NodeLog.Collected(_log, freed);
        }
    }

    /// <summary>Nothing is kept here: the pages are the server's.</summary>
    public Task ReleaseCachesAsync() => Task.CompletedTask;

    /// <summary>Writes what waits and closes the connections.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
