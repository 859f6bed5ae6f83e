using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;

namespace MailCluster.Testing.Contracts;

/// <summary>The in-memory stores. A restart keeps them, since there is nothing else to keep.</summary>
public sealed class InMemoryStorageHarness : StorageHarness
{
    private readonly InMemoryWriterRegistry _writers = new();
    private readonly InMemorySnapshotStore _snapshots;

    public InMemoryStorageHarness()
    {
        Journal = new InMemoryJournal(_writers);
        _snapshots = new InMemorySnapshotStore(_writers);
    }

    public override IJournal Journal { get; }

    public override ISnapshotStore Snapshots => _snapshots;

    public override IWriterRegistry Writers => _writers;

    public override IOutboxIndex Outbox { get; } = new InMemoryOutboxIndex();

    public override ValueTask ReopenAsync() => ValueTask.CompletedTask;

    public override ValueTask CorruptSnapshotAsync(PersistenceId actor)
    {
        _snapshots.Corrupt(actor);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
