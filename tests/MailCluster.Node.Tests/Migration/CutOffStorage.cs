using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Cluster.Membership;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;

namespace MailCluster.Node.Tests.Migration;

/// <summary>What a killed process leaves of its call: nothing that anybody could catch.</summary>
internal sealed class KilledException : Exception;

/// <summary>A target in memory that kills its caller at the n-th change, before or after it was stored.</summary>
internal sealed class CutOffStorage : INodeStorage, IBodyStore, IJournal, ISnapshotStore
{
    private readonly InMemoryWriterRegistry _writers = new();
    private readonly InMemoryJournal _journal;
    private readonly InMemorySnapshotStore _snapshots;
    private int _changesLeft = int.MaxValue;

    public CutOffStorage()
    {
        _journal = new InMemoryJournal(_writers);
        _snapshots = new InMemorySnapshotStore(_writers);
    }

    public InMemoryBodyStore Stored { get; } = new();

    /// <summary>When true a body comes back other than it was put.</summary>
    public bool IsUnsound { get; set; }

    public string Location => "memory";

    public IJournal Journal => this;

    public ISnapshotStore Snapshots => this;

    public IWriterRegistry Writers => _writers;

    public IOutboxIndex Outbox { get; } = new InMemoryOutboxIndex();

    public IBanStore Bans { get; } = new InMemoryBanStore();

    public IBodyStore Bodies => this;

    public IBodyStoreCheck BodyCheck => Stored;

    public IAccountTable? Accounts => Table;

    public IClusterStore? Cluster => null;

    public InMemoryAccountTable Table { get; } = new();

    public byte[] LoginSecret { get; } = new byte[32];

    public int ShardCount => 16;

    public TimeSpan UpkeepInterval => TimeSpan.FromHours(1);

    public void KillAfter(int changes) => _changesLeft = changes;

    public Task UpkeepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReleaseCachesAsync() => Task.CompletedTask;

    public async ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken) =>
        await ChangeAsync(() => Stored.PutAsync(message, cancellationToken));

    public ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken) =>
        Stored.GetSummariesAsync(bodies, summaries, cancellationToken);

    public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken) =>
        Stored.GetTextsAsync(bodies, texts, cancellationToken);

    public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) => Stored.GetLengthAsync(body, cancellationToken);

    public async ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await Stored.ReadAsync(body, offset, destination, cancellationToken);
        if (IsUnsound && read > 0)
        {
            destination.Span[0] ^= 1;
        }
        return read;
    }

    public async ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken) =>
        await ChangeAsync(() => DoneAsync(Stored.ReleaseAsync(bodies, freeAfter, cancellationToken)));

    public async ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken) =>
        await ChangeAsync(() => DoneAsync(_journal.AppendAsync(write, cancellationToken)));

    public IAsyncEnumerable<JournalEntry> ReplayAsync(PersistenceId actor, SequenceNr after, CancellationToken cancellationToken) =>
        _journal.ReplayAsync(actor, after, cancellationToken);

    public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken) =>
        _journal.GetHighestSequenceNrAsync(actor, cancellationToken);

    public async ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken) =>
        await ChangeAsync(() => DoneAsync(_journal.TrimAsync(actor, upTo, olderThan, cancellationToken)));

    public IAsyncEnumerable<PersistenceId> ListActorsAsync(CancellationToken cancellationToken) => _journal.ListActorsAsync(cancellationToken);

    public async ValueTask SaveAsync(
        PersistenceId actor, SequenceNr sequenceNr, WriterGeneration writer, IReadOnlyList<SnapshotPart> changedParts, IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken) =>
        await ChangeAsync(() => DoneAsync(_snapshots.SaveAsync(actor, sequenceNr, writer, changedParts, removedParts, cancellationToken)));

    public ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken) => _snapshots.LoadAsync(actor, cancellationToken);

    public ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken) => _snapshots.DeleteAsync(actor, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Every other kill comes before the change, the rest after it.</summary>
    private async ValueTask<T> ChangeAsync<T>(Func<ValueTask<T>> change)
    {
        var left = Interlocked.Decrement(ref _changesLeft);
        if (left <= 0 && left % 2 == 0)
        {
            throw new KilledException();
        }
        var result = await change();
        return left < 0 ? throw new KilledException() : result;
    }

    private static async ValueTask<bool> DoneAsync(ValueTask change)
    {
        await change;
        return true;
    }
}
