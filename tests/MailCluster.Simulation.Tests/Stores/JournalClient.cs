using System.Runtime.CompilerServices;
using MailCluster.Persistence;

namespace MailCluster.Simulation.Tests.Stores;

/// <summary>One node's journal: the one in memory that all share, behind a database link. Tells of every write that lands.</summary>
internal sealed class JournalClient(DatabaseLink link, IJournal journal, Action<JournalWrite, CallFate> landed, Func<bool>? forgetsWrite = null) : IJournal
{
    public async ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken)
    {
        // The caller's buffer is its own again when it was told of a failure, and the write may still be on its way.
        write = write with { Payload = write.Payload.ToArray() };
        await CallAsync(
            async fate =>
            {
                if (forgetsWrite?.Invoke() == true)
                {
                    return true;
                }

                await journal.AppendAsync(write, CancellationToken.None);
                landed(write, fate);
                return true;
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<JournalEntry> ReplayAsync(
        PersistenceId actor, SequenceNr after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await CallAsync(
            async _ =>
            {
                var read = new List<JournalEntry>();
                await foreach (var entry in journal.ReplayAsync(actor, after, CancellationToken.None))
                {
                    read.Add(entry);
                }

                return read;
            },
            cancellationToken);
        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken) =>
        CallAsync(_ => journal.GetHighestSequenceNrAsync(actor, CancellationToken.None), cancellationToken);

    public async ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken) => await CallAsync(
        async _ =>
        {
            await journal.TrimAsync(actor, upTo, olderThan, CancellationToken.None);
            return true;
        },
        cancellationToken);

    public IAsyncEnumerable<PersistenceId> ListActorsAsync(CancellationToken cancellationToken) => journal.ListActorsAsync(cancellationToken);

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
