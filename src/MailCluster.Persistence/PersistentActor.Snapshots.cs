namespace MailCluster.Persistence;

/// <summary>Snapshots: when the cost of replay has grown enough, and what to write.</summary>
public abstract partial class PersistentActor<TState, TEvent>
{
    /// <summary>The state in the store, to find the changed parts by; null when unknown, then all parts are written.</summary>
    private TState? _snapshotted;

    private SequenceNr _snapshotSequenceNr;

    /// <summary>The store may hold parts that <see cref="_snapshotted"/> does not tell of: ask it for their names before the next save.</summary>
    private bool _partsUnknown;

    /// <summary>Events that recovery would have to replay.</summary>
    private int _unsavedEvents;

    /// <summary>Events and bytes since the last attempt: one that failed is not repeated with every write.</summary>
    private int _eventsSinceAttempt;

    private long _bytesSinceAttempt;

    private bool SnapshotIsDue =>
        _eventsSinceAttempt >= _context.Options.SnapshotAfterEvents || _bytesSinceAttempt >= _context.Options.SnapshotAfterBytes;

    private void Account(int events, int bytes)
    {
        _unsavedEvents += events;
        _eventsSinceAttempt += events;
        _bytesSinceAttempt += bytes;
    }

    private void ResetAccount(int events, long bytes)
    {
        _unsavedEvents = events;
        _eventsSinceAttempt = events;
        _bytesSinceAttempt = bytes;
    }

    /// <summary>Saves a snapshot of the durable state. A failure is logged, never fatal: the events are there.</summary>
    private async ValueTask SaveSnapshotAsync()
    {
        _eventsSinceAttempt = 0;
        _bytesSinceAttempt = 0;
        var state = _state!;
        if (_sequenceNr <= _snapshotSequenceNr)
        {
            return;
        }

        try
        {
            await BeforeSnapshotAsync(state);
            if (!await WriteAsync(state))
            {
                return;
            }
        }
        catch (WriterFencedException fenced)
        {
            Fence(fenced);
            return;
        }
        catch (Exception failure)
        {
            // It may have been stored nevertheless.
            _partsUnknown = true;
            PersistenceLog.SnapshotFailed(_context.Log, PersistenceId, _sequenceNr, failure);
            return;
        }

        _context.Metrics.Snapshots.Add(1);
        _state = OnSnapshotSaved(state);
        _snapshotted = _state;
        _snapshotSequenceNr = _sequenceNr;
        _unsavedEvents = 0;
        await TrimAsync();
    }

    private async ValueTask<bool> WriteAsync(TState state)
    {
        var names = Array.Empty<string>() as IReadOnlyList<string>;
        if (_partsUnknown)
        {
            var stored = await _context.Snapshots.LoadAsync(PersistenceId, CancellationToken.None);
            if (stored?.SequenceNr >= _sequenceNr)
            {
                // The store would keep that one. It is replaced when there is something newer.
                return false;
            }

            _snapshotted = null;
            names = stored?.Parts.Select(part => part.Name).ToArray() ?? names;
        }

        var changes = WriteSnapshot(state, _snapshotted);
        var removed = changes.Removed;
        if (names.Count > 0)
        {
            removed = names.Except(changes.Changed.Select(part => part.Name), StringComparer.Ordinal).ToArray();
        }

        await _context.Snapshots.SaveAsync(PersistenceId, _sequenceNr, _context.Writer, changes.Changed, removed, CancellationToken.None);
        _partsUnknown = false;
        return true;
    }

    private async ValueTask TrimAsync()
    {
        var retention = _context.Options.HistoryRetention;
        if (retention == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        try
        {
            await _context.Journal.TrimAsync(PersistenceId, _snapshotSequenceNr, _context.Time.GetUtcNow() - retention, CancellationToken.None);
        }
        catch (Exception failure)
        {
            PersistenceLog.TrimFailed(_context.Log, PersistenceId, failure);
        }
    }
}
