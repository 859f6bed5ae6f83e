using SQLitePCL;

namespace MailCluster.Storage.Sqlite.Native;

/// <summary>
/// One connection to the database file, used by one thread at a time (opened without SQLite's own mutex). A thin layer over the C API: the
/// ADO.NET provider costs several allocations a statement, which is a fifth of the cost of an append (docs/adr/0001).
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly sqlite3 _handle;

    static SqliteSession() => Batteries_V2.Init();

    private SqliteSession(sqlite3 handle) => _handle = handle;

    /// <exception cref="SqliteError">The file cannot be opened.</exception>
    public static SqliteSession Open(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var session = new SqliteSession(handle);
        if (code == raw.SQLITE_OK)
        {
            _ = raw.sqlite3_extended_result_codes(handle, 1);
            return session;
        }

        var error = session.Error(code);
        session.Dispose();
        throw new SqliteError(error.ExtendedCode, $"{path}: {error.Message}");
    }

    /// <summary>Compiles a statement that is kept for the life of the session.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return code == raw.SQLITE_OK ? new SqliteStatement(this, statement) : throw Error(code);
    }

    /// <summary>Runs a script of statements without parameters or results.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Error(code);
    }

    /// <summary>The first column of the first row as an integer, for pragmas.</summary>
    public long QueryInt64(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Pages this connection has written to the log since the last call.</summary>
    public int TakePagesWritten()
    {
        const int cacheWrite = 9; // SQLITE_DBSTATUS_CACHE_WRITE
        _ = raw.sqlite3_db_status(_handle, cacheWrite, out var pages, out _, 1);
        return pages;
    }

    /// <summary>Copies the log into the database. Returns the frames in the log that could not be copied, because a reader still needs what is there.</summary>
    public int Checkpoint(CheckpointMode mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", (int)mode, out var logFrames, out var copied);
        if (code is not raw.SQLITE_OK and not raw.SQLITE_BUSY)
            throw Error(code);
        return code == raw.SQLITE_BUSY ? Math.Max(1, logFrames - copied) : Math.Max(0, logFrames - copied);
    }

    internal SqliteError Error(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        return new SqliteError((extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose() => _handle.Dispose();
}

/// <summary>How hard a checkpoint tries.</summary>
internal enum CheckpointMode
{
    /// <summary>Copies what can be copied without waiting for anyone.</summary>
    Passive = raw.SQLITE_CHECKPOINT_PASSIVE,

    /// <summary>Waits (busy timeout) for other checkpoints and readers, so that the log starts again with the next commit.</summary>
    Restart = raw.SQLITE_CHECKPOINT_RESTART,

    /// <summary>As <see cref="Restart"/>, and cuts the log to nothing.</summary>
    Truncate = raw.SQLITE_CHECKPOINT_TRUNCATE,
}
