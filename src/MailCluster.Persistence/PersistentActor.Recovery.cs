using System.Diagnostics;

namespace MailCluster.Persistence;

/// <summary>Recovery: permit, snapshot, the events after it, and proof that nothing is missing.</summary>
public abstract partial class PersistentActor<TState, TEvent>
{
    /// <summary>How often to look again when the journal grows while it is replayed: an append of unknown outcome may still land.</summary>
    private const int ReplaysMax = 3;

    private async ValueTask RecoverAsync()
    {
        _context.ThrowIfFenced();
        await _context.Recoveries.WaitAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            await ReadAsync();
            _context.Metrics.Recoveries.Add(1);
            _context.Metrics.RecoverySeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (JournalUnavailableException unavailable)
        {
            throw new PersistenceUnavailableException(PersistenceId, unavailable);
        }
        finally
        {
            _context.Recoveries.Release();
        }

        PersistenceLog.Recovered(_context.Log, PersistenceId, _sequenceNr, _unsavedEvents);
        try
        {
            OnRecovered(_state!);
            ReportMemory(EstimateMemory(_state!));
        }
        catch
        {
            // Not published: the next command tries again.
            _state = null;
            throw;
        }
    }

    private async ValueTask ReadAsync()
    {
        var (state, sequenceNr) = await ReadSnapshotAsync();
        var events = 0;
        var bytes = 0L;
        for (var replay = 1; ; replay++)
        {
            await foreach (var entry in _context.Journal.ReplayAsync(PersistenceId, sequenceNr, CancellationToken.None))
            {
                if (entry.SequenceNr != sequenceNr.Next)
                {
                    throw new RecoveryFailedException(PersistenceId, $"the journal goes from {sequenceNr} to {entry.SequenceNr}.");
                }

                (state, var count) = Replay(state, entry);
                sequenceNr = entry.SequenceNr;
                events += count;
                bytes += entry.Payload.Length;
            }

            var highest = await _context.Journal.GetHighestSequenceNrAsync(PersistenceId, CancellationToken.None);
            if (highest == sequenceNr)
            {
                break;
            }

            if (highest < sequenceNr || replay == ReplaysMax)
            {
                throw new RecoveryFailedException(PersistenceId, $"the journal has written up to {highest}, what can be read ends at {sequenceNr}.");
            }
        }

        _state = state;
        _sequenceNr = sequenceNr;
        ResetAccount(events, bytes);
    }

    private (TState State, int Events) Replay(TState state, JournalEntry entry)
    {
        try
        {
            var events = Decode(entry.Payload);
            for (var i = 0; i < events.Count; i++)
            {
                state = Apply(state, events[i]);
            }

            return (state, events.Count);
        }
        catch (Exception failure)
        {
            throw new RecoveryFailedException(PersistenceId, $"the write {entry.SequenceNr} cannot be replayed.", failure);
        }
    }

    private async ValueTask<(TState State, SequenceNr SequenceNr)> ReadSnapshotAsync()
    {
        var snapshot = await _context.Snapshots.LoadAsync(PersistenceId, CancellationToken.None);
        _snapshotted = null;
        _snapshotSequenceNr = SequenceNr.Zero;
        _partsUnknown = false;
        if (snapshot is null)
        {
            return (EmptyState, SequenceNr.Zero);
        }

        try
        {
            var state = ReadSnapshot(snapshot);
            _snapshotted = state;
            _snapshotSequenceNr = snapshot.SequenceNr;
            return (state, snapshot.SequenceNr);
        }
        catch (Exception failure)
        {
            PersistenceLog.SnapshotUnusable(_context.Log, PersistenceId, snapshot.SequenceNr, failure);
            _partsUnknown = true;
            return (EmptyState, SequenceNr.Zero);
        }
    }
}
