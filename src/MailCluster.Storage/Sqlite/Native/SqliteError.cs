using SQLitePCL;

namespace MailCluster.Storage.Sqlite.Native;

/// <summary>SQLite refused or failed a call.</summary>
internal sealed class SqliteError(int extendedCode, string message) : Exception($"SQLite error {extendedCode}: {message}")
{
    /// <summary>The extended result code, such as SQLITE_IOERR_FSYNC.</summary>
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>The primary result code.</summary>
    public int Code => ExtendedCode & 0xFF;

    public bool IsConstraint => Code == raw.SQLITE_CONSTRAINT;

    /// <summary>After these the state of the connection itself is doubtful, and it is opened anew.</summary>
    public bool IsConnectionDoubtful => Code is raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_NOMEM or raw.SQLITE_CANTOPEN;
}
