using MailCluster.Persistence;
using MailCluster.Storage.Sqlite;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Storage.Tests.Sqlite;

/// <summary>What the tests of the embedded database share.</summary>
internal static class SqliteFixture
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static SqliteDatabase Open(TemporaryDirectory directory, SqliteOptions? options = null, TimeProvider? time = null) =>
        SqliteDatabase.Open(directory.Path, options ?? new SqliteOptions(), time ?? new ManualTimeProvider(), NullLogger<SqliteDatabase>.Instance);

    public static JournalWrite Write(
        string actor, long after, WriterGeneration writer, byte[]? payload = null, Durability durability = Durability.Disk, DateTimeOffset? time = null) =>
        new(new PersistenceId(actor), new SequenceNr(after), writer, payload ?? [1, 2, 3], time ?? Noon, durability);

    public static async Task<List<JournalEntry>> ReplayAsync(this IJournal journal, string actor, long after = 0)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in journal.ReplayAsync(new PersistenceId(actor), new SequenceNr(after), CancellationToken.None))
            entries.Add(entry);
        return entries;
    }

    public static Task AppendAsync(this IJournal journal, JournalWrite write) => journal.AppendAsync(write, CancellationToken.None).AsTask();
}
