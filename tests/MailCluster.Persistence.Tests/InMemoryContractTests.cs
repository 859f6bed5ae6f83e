using MailCluster.Testing.Contracts;

namespace MailCluster.Persistence.Tests;

public sealed class InMemoryJournalTests : JournalContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new InMemoryStorageHarness());
}

public sealed class InMemorySnapshotStoreTests : SnapshotStoreContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new InMemoryStorageHarness());
}

public sealed class InMemoryWriterRegistryTests : WriterRegistryContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new InMemoryStorageHarness());
}

public sealed class InMemoryOutboxIndexTests : OutboxIndexContract
{
    protected override ValueTask<StorageHarness> OpenAsync() => ValueTask.FromResult<StorageHarness>(new InMemoryStorageHarness());
}
