namespace MailCluster.Persistence.InMemory;

/// <summary>Snapshots in memory, complete: fenced, in parts, checksummed.</summary>
public sealed class InMemorySnapshotStore(InMemoryWriterRegistry writers) : ISnapshotStore
{
    private readonly Dictionary<PersistenceId, Stored> _snapshots = [];
    private Exception? _failNextSave;

    /// <summary>Saves that stored something so far.</summary>
    public long Saves { get; private set; }

    /// <summary>Parts stored so far, over all saves: shows that only what changed is written.</summary>
    public long PartsWritten { get; private set; }

    public ValueTask SaveAsync(
        PersistenceId actor,
        SequenceNr sequenceNr,
        WriterGeneration writer,
        IReadOnlyList<SnapshotPart> changedParts,
        IReadOnlyList<string> removedParts,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (writers.Guard)
        {
            if (_failNextSave is { } failure)
            {
                _failNextSave = null;
                throw failure;
            }

            writers.ThrowIfDead(writer);
            if (!_snapshots.TryGetValue(actor, out var stored))
            {
                _snapshots[actor] = stored = new Stored();
            }
            else if (stored.SequenceNr >= sequenceNr)
            {
                return ValueTask.CompletedTask;
            }

            foreach (var name in removedParts)
            {
                stored.Parts.Remove(name);
            }

            foreach (var part in changedParts)
            {
                var bytes = part.Bytes.ToArray();
                stored.Parts[part.Name] = new StoredPart(bytes, Checksum(bytes));
            }

            stored.SequenceNr = sequenceNr;
            Saves++;
            PartsWritten += changedParts.Count;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<Snapshot?> LoadAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        lock (writers.Guard)
        {
            if (!_snapshots.TryGetValue(actor, out var stored))
            {
                return ValueTask.FromResult<Snapshot?>(null);
            }

            var parts = new List<SnapshotPart>(stored.Parts.Count);
            foreach (var (name, part) in stored.Parts)
            {
                if (Checksum(part.Bytes) != part.Checksum)
                {
                    _snapshots.Remove(actor);
                    return ValueTask.FromResult<Snapshot?>(null);
                }

                parts.Add(new SnapshotPart(name, part.Bytes.ToArray()));
            }

            return ValueTask.FromResult<Snapshot?>(new Snapshot(stored.SequenceNr, parts));
        }
    }

    public ValueTask DeleteAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        lock (writers.Guard)
        {
            _snapshots.Remove(actor);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Spoils one stored byte, as a bad disk would.</summary>
    public void Corrupt(PersistenceId actor)
    {
        lock (writers.Guard)
        {
            foreach (var part in _snapshots[actor].Parts.Values)
            {
                if (part.Bytes.Length > 0)
                {
                    part.Bytes[part.Bytes.Length / 2] ^= 0x40;
                    return;
                }
            }
        }
    }

    /// <summary>The next save fails and stores nothing.</summary>
    public void FailNextSave(Exception? failure = null)
    {
        lock (writers.Guard)
        {
            _failNextSave = failure ?? new JournalUnavailableException("injected");
        }
    }

    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        // FNV-1a: enough to see a flipped bit.
        var hash = 14695981039346656037UL;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }

    private sealed class Stored
    {
        internal SequenceNr SequenceNr { get; set; }

        internal SortedDictionary<string, StoredPart> Parts { get; } = new(StringComparer.Ordinal);
    }

    private sealed record StoredPart(byte[] Bytes, ulong Checksum);
}
