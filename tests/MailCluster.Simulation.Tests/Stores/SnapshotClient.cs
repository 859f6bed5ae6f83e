using MailCluster.Persistence;

namespace MailCluster.Simulation.Tests.Stores;

/// <summary>One node's snapshots: those in memory that all share, behind a database link.</summary>
/// <param name="link">The way there.</param>
/// <param name="snapshots">The store.</param>
/// <param name="ahead">The defect that a snapshot is filed as of so many writes later.</param>
internal sealed class SnapshotClient(DatabaseLink link, ISnapshotStore snapshots, int ahead = 0) : ISnapshotStore
{
    public async ValueTask SaveAsync(
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration writer,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken)
    {
        var parts = changedParts.Select(part => part with { Bytes = part.Bytes.ToArray() }).ToArray();
        var removed = removedParts.ToArray();
        await CallAsync(
            async _ =>
            {
                await snapshots.SaveAsync(actor, new SequenceNr(sequenceNr.Value + ahead), writer, parts, removed, CancellationToken.None);
                return true;
            },
            cancellationToken);
    }

    public ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken) =>
        CallAsync(_ => snapshots.LoadAsync(actor, CancellationToken.None), cancellationToken);

    public async ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken) => await CallAsync(
        async _ =>
        {
            await snapshots.DeleteAsync(actor, CancellationToken.None);
            return true;
        },
        cancellationToken);

    private async ValueTask<T> CallAsync<T>(Func<CallFate, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await link.CallAsync(call, cancellationToken);
        }
        catch (DatabaseAwayException away)
        {
            throw new JournalUnavailableException(away.Message, away);
        }
    }
}
