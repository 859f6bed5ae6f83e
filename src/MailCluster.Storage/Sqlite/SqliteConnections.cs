using System.Globalization;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite;

/// <summary>Opens connections with the settings of their part; each setting with its reason.</summary>
internal static class SqliteConnections
{
    // Another connection of ours holds a lock for milliseconds at most; an administrator's sqlite3 shell perhaps for longer.
    private const string BusyTimeout = "PRAGMA busy_timeout=10000;";

    public static SqliteSession OpenWriter(string path, SqliteOptions options)
    {
        var session = SqliteSession.Open(path, readOnly: false);
        try
        {
            session.Execute(
                string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={(long)options.LockWaitMax.TotalMilliseconds};")
                // Readers never wait for the writer, and a commit is one sequential write.
                + "PRAGMA journal_mode=WAL;"
                + "PRAGMA synchronous=FULL;"
                // Copying the log is done off the hot path, see SqliteWriter.Checkpoints.
                + "PRAGMA wal_autocheckpoint=0;"
                // After a burst the log file is cut back to 64 MiB when it starts again.
                + "PRAGMA journal_size_limit=67108864;"
                // 32 MiB: the pages of the actors that are busy now, so that an append reads nothing.
                + "PRAGMA cache_size=-32768;"
                + "PRAGMA temp_store=MEMORY;"
                // A database file that someone prepared must not run functions of its own.
                + "PRAGMA trusted_schema=OFF;");
            if (options.PagesMax > 0)
                session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={options.PagesMax};"));
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public static SqliteSession OpenReader(string path)
    {
        var session = SqliteSession.Open(path, readOnly: true);
        try
        {
            // 2 MiB: a replay reads each page once.
            session.Execute(BusyTimeout + "PRAGMA cache_size=-2048; PRAGMA trusted_schema=OFF; PRAGMA query_only=ON;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public static SqliteSession OpenForCheckpoint(string path)
    {
        var session = SqliteSession.Open(path, readOnly: false);
        try
        {
            // NORMAL fsyncs the log before it is copied and the database after it: nothing more is needed for a checkpoint.
            session.Execute(BusyTimeout + "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
