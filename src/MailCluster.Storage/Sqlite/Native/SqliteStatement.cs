using System.Runtime.CompilerServices;
using SQLitePCL;

namespace MailCluster.Storage.Sqlite.Native;

/// <summary>
/// A compiled statement. Bind, then <see cref="Run"/> or <see cref="Step"/> until it answers false; <see cref="Reset"/> makes it ready
/// again and, for a query, gives back its read lock.
/// </summary>
internal sealed class SqliteStatement(SqliteSession session, sqlite3_stmt handle) : IDisposable
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SqliteStatement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        Check(raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    /// <summary>True while there is a row to read.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
            return false;
        var error = session.Error(code);
        Reset();
        throw error;
    }

    /// <summary>Runs a statement that has no result, and resets it.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>The first column of the first row, or <paramref name="none"/>; resets the statement.</summary>
    public long Scalar(long none)
    {
        var value = Step() ? Int64(0) : none;
        Reset();
        return value;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    // The error of the run, if there was one, was reported by Step; reset only repeats it.
    public void Reset() => _ = raw.sqlite3_reset(handle);

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw session.Error(code);
    }

    public void Dispose() => handle.Dispose();
}
