using System.Globalization;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite;

/// <summary>
/// Brings the database to the schema of this program. The version is SQLite's <c>user_version</c>; each migration is one script and one
/// transaction that also moves the version, so a crash leaves either side of it and the next start goes on.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>"MCdb": marks the file as ours, so that a foreign database is not taken for an empty one.</summary>
    public const int ApplicationId = 0x4D43_6462;

    private static readonly string[] Migrations = ["0001-initial.sql", "0002-journal-checksum.sql", "0003-outbox.sql"];

    public static int Version => Migrations.Length;

    /// <exception cref="StorageFormatException">The file is another program's, or a newer version's.</exception>
    public static void Migrate(SqliteSession session, string path)
    {
        var application = session.QueryInt64("PRAGMA application_id");
        var version = session.QueryInt64("PRAGMA user_version");
        var isEmpty = session.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;
        if (application != ApplicationId && !(isEmpty && application == 0))
            throw new StorageFormatException($"{path} is a database of another program.");
        if (version > Version)
        {
            throw new StorageFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} has schema version {version}; this program knows up to {Version}. Run the newer version that wrote it."));
        }

        for (var next = (int)version; next < Version; next++)
        {
            session.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"BEGIN IMMEDIATE; {SqlText.Script("Sqlite", Migrations[next])} PRAGMA application_id={ApplicationId}; PRAGMA user_version={next + 1}; COMMIT;"));
        }
    }
}
