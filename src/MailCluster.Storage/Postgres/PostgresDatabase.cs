using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres.Accounts;
using MailCluster.Storage.Postgres.Bodies;
using MailCluster.Storage.Postgres.Journal;
using MailCluster.Storage.Postgres.Membership;
using MailCluster.Storage.S3;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Postgres;

/// <summary>
/// The database of a cluster, as one node uses it: journal, snapshots, generations, bodies, accounts, members and shards. Any number of nodes may have it
/// open.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly PostgresConnections _connections;
    private readonly PostgresAppends _appends;
    private readonly PostgresBodyStore _bodies;
    private readonly MapListener _listener;
    private readonly S3Bucket? _bucket;
    private bool _disposed;

    private PostgresDatabase(
        PostgresConnections connections, PostgresSettings settings, PostgresOptions options, S3Bucket? bucket, int shards, TimeProvider time, ILogger logger)
    {
        _connections = connections;
        _bucket = bucket;
        Shards = shards;
        ShardCount = settings;
        var actors = new ActorNumbers(shards);
        _appends = new PostgresAppends(connections, actors, options, logger);
        _listener = new MapListener(connections.ConnectionString, options, time, logger);
        _bodies = new PostgresBodyStore(connections, bucket, options, shards, time, logger);
        var cluster = new PostgresClusterStore(connections, _listener);
        Journal = new PostgresJournal(connections, _appends, actors);
        Snapshots = new PostgresSnapshotStore(connections, actors, logger);
        Writers = new PostgresWriters(connections, cluster);
        Cluster = cluster;
        Accounts = new PostgresAccountTable(connections);
        Outbox = new PostgresOutboxIndex(connections);
        Bans = new PostgresBanStore(connections);
    }

    /// <summary>Host and database, for messages; no credentials.</summary>
    public string Address => _connections.Address;

    public IJournal Journal { get; }

    public ISnapshotStore Snapshots { get; }

    /// <summary>For a node that is alone, or a tool. A node of a cluster joins with <see cref="Cluster"/>; its generation is the journal's as well.</summary>
    public IWriterRegistry Writers { get; }

    /// <summary>The bodies: in the bucket if there is one, else in the database. What was put elsewhere before is still read.</summary>
    public PostgresBodyStore Bodies => _bodies;

    public IAccountTable Accounts { get; }

    public IOutboxIndex Outbox { get; }

    /// <summary>32 random octets, the cluster's for as long as its database is there.</summary>
    public required byte[] LoginSecret { get; init; }

    /// <summary>Clients that no node lets in.</summary>
    public IBanStore Bans { get; }

    public IClusterStore Cluster { get; }

    public IShardCountStore ShardCount { get; }

    /// <summary>The number of shards of this installation.</summary>
    public int Shards { get; }

    /// <summary>Opens the database, creating its tables or bringing them to this program's schema; nodes that start together take turns.</summary>
    /// <param name="options">How it is used.</param>
    /// <param name="objects">The bucket for bodies; null keeps them in the database.</param>
    /// <param name="time">For pauses and time-outs of this node; what nodes decide together goes by the database's clock.</param>
    /// <param name="loggers">Where what happens is told.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    /// <exception cref="StorageFormatException">The tables are a newer version's or another cluster's.</exception>
    /// <exception cref="JournalUnavailableException">The database cannot be reached or used.</exception>
    /// <exception cref="Bodies.BodyStoreUnavailableException">The bucket cannot be reached or used.</exception>
    public static async ValueTask<PostgresDatabase> OpenAsync(
        PostgresOptions options, S3Options? objects, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        options.Validate();
        objects?.Validate();
        var logger = loggers.CreateLogger<PostgresDatabase>();
        var connections = new PostgresConnections(options, time, logger);
        S3Bucket? bucket = null;
        try
        {
            await PostgresSchema.MigrateAsync(connections, logger, cancellationToken);
            var settings = new PostgresSettings(connections);
            await settings.CheckClusterNameAsync(options.ClusterName, cancellationToken);
            var shards = await settings.GetOrSetAsync(options.ShardsIfNew, cancellationToken);
            if (!await settings.IsServerDurableAsync(cancellationToken))
                PostgresLog.NotDurable(logger, connections.Address);
            bucket = objects is null ? null : await S3Bucket.OpenAsync(objects, cancellationToken);
            var secret = await settings.GetOrSetLoginSecretAsync(cancellationToken);
            return new PostgresDatabase(connections, settings, options, bucket, shards, time, logger) { LoginSecret = secret };
        }
        catch (Exception error)
        {
            bucket?.Dispose();
            await connections.DisposeAsync();
            if (PostgresErrors.IsDatabase(error))
                throw new JournalUnavailableException($"The database {connections.Address} cannot be opened: {PostgresErrors.Text(error)}", error);
            throw;
        }
    }

    /// <summary>Writes what waits and closes the connections. Requests after it fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _listener.DisposeAsync();
        await _bodies.DisposeAsync();
        await _appends.DisposeAsync();
        await _connections.DisposeAsync();
        _bucket?.Dispose();
    }
}
