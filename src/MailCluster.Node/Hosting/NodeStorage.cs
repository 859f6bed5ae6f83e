using System.Globalization;
using MailCluster.Bodies;
using MailCluster.Node.Configuration;
using MailCluster.Persistence;
using MailCluster.Storage;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>Everything under the data directory, held by this process alone: lock, database, generation, bodies.</summary>
internal sealed class NodeStorage : IAsyncDisposable
{
    private const string PidFile = "mailcluster.pid";

    private readonly DataDirectory _directory;

    private NodeStorage(DataDirectory directory, SqliteDatabase database, PackBodyStore bodies, WriterGeneration generation, int shardCount)
    {
        _directory = directory;
        Database = database;
        Bodies = bodies;
        Generation = generation;
        ShardCount = shardCount;
    }

    public SqliteDatabase Database { get; }

    public PackBodyStore Bodies { get; }

    /// <summary>The number of this run: every write carries it.</summary>
    public WriterGeneration Generation { get; }

    public int ShardCount { get; }

    /// <exception cref="NodeStartException">Another process has the directory, it is another program's, or it cannot be used.</exception>
    public static async Task<NodeStorage> OpenAsync(NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = OpenDirectory(options.DataDirectory);
        SqliteDatabase? database = null;
        PackBodyStore? bodies = null;
        try
        {
            database = SqliteDatabase.Open(directory.Path, options.ToSqlite(), time, loggers.CreateLogger<SqliteDatabase>());
            bodies = PackBodyStore.Open(directory.Path, options.ToPacks(), loggers.CreateLogger<PackBodyStore>());
            var generation = await database.Writers.RegisterAsync(options.Name, cancellationToken);
            var shards = await database.GetOrCreateShardCountAsync(Cluster.ShardCount.Default, cancellationToken);
            return new NodeStorage(directory, database, bodies, generation, shards);
        }
        catch (Exception error)
        {
            if (bodies is not null)
            {
                await bodies.DisposeAsync();
            }
            if (database is not null)
            {
                await database.DisposeAsync();
            }
            directory.Dispose();
            if (error is StorageFormatException or JournalUnavailableException or BodyStoreUnavailableException or IOException or UnauthorizedAccessException)
            {
                throw new NodeStartException(error.Message, error);
            }
            throw;
        }
    }

    /// <summary>Writes what waits and closes the files; the lock last.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Bodies.DisposeAsync();
            await Database.DisposeAsync();
        }
        finally
        {
            File.Delete(Path.Combine(_directory.Path, PidFile));
            _directory.Dispose();
        }
    }

    private static DataDirectory OpenDirectory(string path)
    {
        try
        {
            var directory = DataDirectory.Open(path);
            File.WriteAllText(Path.Combine(directory.Path, PidFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return directory;
        }
        catch (DataDirectoryInUseException error)
        {
            throw new NodeStartException($"the data directory {path} is in use by {Holder(path)}; stop it first, or give this node a data-dir of its own", error);
        }
        catch (Exception error) when (error is StorageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the data directory {path} cannot be used: {error.Message}", error);
        }
    }

    /// <summary>
    /// The process that holds the directory, by the file it left. The lock file itself cannot be read while it is locked: .NET takes a shared
    /// lock for every reader.
    /// </summary>
    private static string Holder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(path, PidFile)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? $"process {process}"
                : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
