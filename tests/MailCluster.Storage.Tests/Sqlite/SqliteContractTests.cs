using MailCluster.Persistence;
using MailCluster.Storage.Sqlite;
using MailCluster.Storage.Sqlite.Native;
using MailCluster.Testing.Contracts;

namespace MailCluster.Storage.Tests.Sqlite;

public sealed class SqliteJournalContractTests : JournalContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new SqliteHarness());
}

public sealed class SqliteSnapshotStoreContractTests : SnapshotStoreContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new SqliteHarness());
}

public sealed class SqliteWriterRegistryContractTests : WriterRegistryContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new SqliteHarness());
}

public sealed class SqliteOutboxIndexContractTests : OutboxIndexContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new SqliteHarness());
}

internal sealed class SqliteHarness : StorageHarness
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteDatabase _database;

    public SqliteHarness() => _database = SqliteFixture.Open(_directory);

    public override IJournal Journal => _database.Journal;

    public override ISnapshotStore Snapshots => _database.Snapshots;

    public override IWriterRegistry Writers => _database.Writers;

    public override IOutboxIndex Outbox => _database.Outbox;

    public override async ValueTask ReopenAsync()
    {
        await _database.DisposeAsync();
        _database = SqliteFixture.Open(_directory);
    }

    public override ValueTask CorruptSnapshotAsync(PersistenceId actor)
    {
        using var session = SqliteSession.Open(_directory.File(SqliteDatabase.FileName), readOnly: false);
        session.Execute("PRAGMA busy_timeout=10000");
        using var corrupt = session.Prepare(
            "UPDATE snapshot_part SET bytes = CAST(bytes || x'00' AS BLOB) WHERE actor_no = (SELECT actor_no FROM actor WHERE id = ?1)");
        corrupt.Bind(1, actor.Value).Run();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Dispose();
    }
}
