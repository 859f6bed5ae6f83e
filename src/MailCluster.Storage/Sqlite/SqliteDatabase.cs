using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Native;
using MailCluster.Storage.Sqlite.Writes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Sqlite;

/// <summary>
/// The embedded database of one node, <c>mailcluster.db</c> in its data directory: journal, snapshots, generations and the facts decided at
/// the first start. The caller holds the <see cref="DataDirectory"/>.
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    /// <summary>The name of the file in the data directory.</summary>
    public const string FileName = "mailcluster.db";

    private const string ShardCountKey = "shard-count";

    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private bool _disposed;

    private SqliteDatabase(string path, SqliteOptions options, TimeProvider time, ILogger logger)
    {
        Path = path;
        _writer = new SqliteWriter(path, options, time, logger);
        _readers = new SqliteReaders(path, options.ReadersMax);
        Journal = new SqliteJournal(_writer, _readers);
        Snapshots = new SqliteSnapshotStore(_writer, _readers, logger);
        Writers = new SqliteWriterRegistry(_writer, _readers, time);
        Outbox = new SqliteOutboxIndex(_writer, _readers);
    }

    /// <summary>The full path of the database file.</summary>
    public string Path { get; }

    public IJournal Journal { get; }

    public ISnapshotStore Snapshots { get; }

    public IWriterRegistry Writers { get; }

    public IOutboxIndex Outbox { get; }

    /// <summary>Opens the database, creating it or bringing it to this program's schema. A log left by a crash is recovered.</summary>
    /// <exception cref="StorageFormatException">The file is a newer version's or another program's.</exception>
    /// <exception cref="JournalUnavailableException">The file cannot be opened.</exception>
    public static SqliteDatabase Open(string dataDirectory, SqliteOptions options, TimeProvider time, ILogger<SqliteDatabase> logger)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataDirectory), FileName);
        try
        {
            var isNew = !File.Exists(path);
            if (isNew && !OperatingSystem.IsWindows())
            {
                // Created here, so that mail metadata is readable by the owner alone; SQLite gives its log the same mode.
                using var created = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }

            var database = new SqliteDatabase(path, options, time, logger);
            if (isNew)
                DurableFile.FlushDirectory(System.IO.Path.GetDirectoryName(path)!);
            return database;
        }
        catch (Exception e) when (e is SqliteError or IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException($"The database {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>
    /// The number of shards of this installation: <paramref name="wanted"/> at the first start, and forever after what was stored then, since
    /// accounts are assigned by it.
    /// </summary>
    public async ValueTask<int> GetOrCreateShardCountAsync(int wanted, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wanted);
        var request = new DecideNumberRequest(ShardCountKey, wanted);
        await _writer.AddAsync(request, cancellationToken);
        return checked((int)await request.Task);
    }

    /// <summary>Gives up the pages that are kept to save reading them again, up to 32 MiB and 2 MiB a reader. A database that cannot be written now keeps them.</summary>
    public async Task ReleaseCachesAsync()
    {
        _readers.CloseIdle();
        try
        {
            var request = new ReleaseCacheRequest();
            await _writer.AddAsync(request, CancellationToken.None);
            await request.Task;
        }
        catch (JournalUnavailableException)
        {
            // The next write tells whoever it concerns.
        }
    }

    /// <summary>Writes what waits, copies the log into the database and closes. Requests after it fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _readers.Dispose();
        await _writer.DisposeAsync();
    }
}
