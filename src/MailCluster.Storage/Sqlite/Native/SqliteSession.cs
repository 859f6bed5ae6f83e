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

    /// <summary>Copies the log into the database as far as no reader stands in the way. Returns the frames in the log that are not yet copied.</summary>
    public int Checkpoint(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out var logFrames, out var copied);
        if (code is not raw.SQLITE_OK and not raw.SQLITE_BUSY)
            throw Error(code);
        return Math.Max(0, logFrames - copied);
    }

    internal SqliteError Error(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        return new SqliteError((extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose() => _handle.Dispose();
}
