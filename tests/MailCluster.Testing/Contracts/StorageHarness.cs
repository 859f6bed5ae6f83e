using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>One back end under test: the ports over one store, and what a test needs to do to it from outside.</summary>
public abstract class StorageHarness : IAsyncDisposable
{
    public abstract IJournal Journal { get; }

    public abstract ISnapshotStore Snapshots { get; }

    public abstract IWriterRegistry Writers { get; }

    public abstract IOutboxIndex Outbox { get; }

    /// <summary>Closes the store and opens it again over the same data, as a restart does. The ports above are then new objects.</summary>
    public abstract ValueTask ReopenAsync();

    /// <summary>Spoils a stored byte of the actor's snapshot, behind the store's back.</summary>
    public abstract ValueTask CorruptSnapshotAsync(PersistenceId actor);

    public abstract ValueTask DisposeAsync();
}

/// <summary>Each test has a store of its own, empty at first.</summary>
public abstract class StorageContract : IAsyncLifetime
{
    private StorageHarness? _harness;

    protected StorageHarness Harness => _harness!;

    protected IJournal Journal => Harness.Journal;

    protected ISnapshotStore Snapshots => Harness.Snapshots;

    protected IWriterRegistry Writers => Harness.Writers;

    /// <summary>A generation of the node "n1", alive.</summary>
    protected WriterGeneration Writer { get; private set; }

    public async Task InitializeAsync()
    {
        _harness = await OpenAsync();
        Writer = await Writers.RegisterAsync("n1", CancellationToken.None);
    }

    public async Task DisposeAsync() => await Harness.DisposeAsync();

    protected abstract ValueTask<StorageHarness> OpenAsync();

    protected ValueTask AppendAsync(
        string actor, long after, byte[] payload, WriterGeneration? writer = null, DateTimeOffset? time = null, Durability durability = Durability.Disk) =>
        Journal.AppendAsync(
            new JournalWrite(new PersistenceId(actor), new SequenceNr(after), writer ?? Writer, payload, time ?? Times.Zero, durability),
            CancellationToken.None);

    protected async Task<List<JournalEntry>> ReplayAsync(string actor, long after = 0)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Journal.ReplayAsync(new PersistenceId(actor), new SequenceNr(after), CancellationToken.None))
        {
            entries.Add(entry);
        }

        return entries;
    }

    protected async Task<long> HighestAsync(string actor) =>
        (await Journal.GetHighestSequenceNrAsync(new PersistenceId(actor), CancellationToken.None)).Value;

    protected static class Times
    {
        public static DateTimeOffset Zero { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public static DateTimeOffset Day(int day) => Zero.AddDays(day);
    }
}
