using MailCluster.Auth.Abuse;
using MailCluster.Bodies;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;
using MailCluster.Storage.Postgres;
using MailCluster.Storage.S3;
using MailCluster.Testing;
using MailCluster.Testing.Contracts;

namespace MailCluster.Storage.Tests.Postgres;

public sealed class PostgresJournalContractTests : JournalContract
{
    protected override async ValueTask<StorageHarness> OpenAsync() => await PostgresHarness.CreateAsync();
}

public sealed class PostgresSnapshotStoreContractTests : SnapshotStoreContract
{
    protected override async ValueTask<StorageHarness> OpenAsync() => await PostgresHarness.CreateAsync();
}

public sealed class PostgresWriterRegistryContractTests : WriterRegistryContract
{
    protected override async ValueTask<StorageHarness> OpenAsync() => await PostgresHarness.CreateAsync();
}

public sealed class PostgresOutboxIndexContractTests : OutboxIndexContract
{
    protected override async ValueTask<StorageHarness> OpenAsync() => await PostgresHarness.CreateAsync();
}

public sealed class PostgresBanStoreContractTests : BanStoreContract, IAsyncLifetime
{
    private string _name = "";
    private PostgresDatabase? _database;

    public async Task InitializeAsync() => _name = await PostgresFixture.RentDatabaseAsync();

    public async Task DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }

    protected override async ValueTask<IBanStore> OpenAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(PostgresFixture.Options(await PostgresServer.SharedAsync(), _name));
        return _database.Bans;
    }
}

public sealed class PostgresBodyStoreContractTests : BodyStoreContract
{
    protected override async ValueTask<BodyStoreHarness> OpenAsync() => await PostgresBodyHarness.CreateAsync(null);
}

public sealed class PostgresClusterStoreContractTests : ClusterStoreContract
{
    private string _name = "";
    private PostgresDatabase _database = null!;

    public override async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }

    protected override async Task<IClusterStore> OpenAsync()
    {
        _name = await PostgresFixture.RentDatabaseAsync();
        _database = await PostgresFixture.OpenAsync(
            PostgresFixture.Options(await PostgresServer.SharedAsync(), _name) with { ShardsIfNew = ShardCount });
        return _database.Cluster;
    }

    protected override async Task EndLeaseAsync(Generation generation) => await (await PostgresServer.SharedAsync()).ExecuteAsync(
        _name, $"UPDATE member SET lease_until = clock_timestamp() - interval '1 ms' WHERE generation = {generation}");
}

internal sealed class PostgresHarness : StorageHarness
{
    private readonly string _name;
    private PostgresDatabase _database;

    private PostgresHarness(string name, PostgresDatabase database)
    {
        _name = name;
        _database = database;
    }

    public override IJournal Journal => _database.Journal;

    public override ISnapshotStore Snapshots => _database.Snapshots;

    public override IWriterRegistry Writers => _database.Writers;

    public override IOutboxIndex Outbox => _database.Outbox;

    public static async ValueTask<PostgresHarness> CreateAsync()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        return new PostgresHarness(name, await PostgresFixture.OpenAsync(name));
    }

    public override async ValueTask ReopenAsync()
    {
        await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(_name);
    }

    public override async ValueTask CorruptSnapshotAsync(PersistenceId actor) => await (await PostgresServer.SharedAsync()).ExecuteAsync(
        _name,
        $"UPDATE snapshot_part SET bytes = bytes || '\\x00'::bytea WHERE actor_no = (SELECT actor_no FROM actor WHERE id = '{actor.Value}')");

    public override async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }
}

internal sealed class PostgresBodyHarness : BodyStoreHarness
{
    private readonly string _name;
    private readonly S3Options? _objects;
    private PostgresDatabase _database;

    private PostgresBodyHarness(string name, PostgresDatabase database, S3Options? objects)
    {
        _name = name;
        _database = database;
        _objects = objects;
    }

    public override IBodyStore Store => _database.Bodies;

    public override IBodyStoreCheck Check => _database.Bodies;

    public static async ValueTask<PostgresBodyHarness> CreateAsync(S3Options? objects)
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        return new PostgresBodyHarness(name, await PostgresFixture.OpenAsync(name, objects), objects);
    }

    public override async ValueTask ReopenAsync()
    {
        await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(_name, _objects);
    }

    public override async ValueTask CollectAsync(DateTimeOffset now) => await _database.Bodies.CollectAsync(now, null, CancellationToken.None);

    public override async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }
}
