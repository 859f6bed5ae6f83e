using System.Runtime.CompilerServices;

namespace MailCluster.Persistence.InMemory;

/// <summary>
/// The journal in memory, complete: fenced, gapless, trimmed. Tests make it fail through <see cref="Faults"/>.
/// </summary>
public sealed class InMemoryJournal(InMemoryWriterRegistry writers) : IJournal
{
    /// <summary>How many entries a replay copies under the lock at a time.</summary>
    private const int ReplayPage = 256;

    private readonly SortedDictionary<string, Stream> _streams = new(StringComparer.Ordinal);

    /// <summary>What the next appends and reads are to suffer.</summary>
    public JournalFaults Faults { get; } = new();

    /// <summary>Appends stored so far.</summary>
    public long Writes { get; private set; }

    public async ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = await Faults.BeforeAppendAsync(write);
        lock (writers.Guard)
        {
            writers.ThrowIfDead(write.Writer);
            if (!_streams.TryGetValue(write.Actor.Value, out var stream))
            {
                stream = new Stream();
            }

            if (stream.Highest != write.After)
            {
                throw new SequenceConflictException(write.Actor, write.After, stream.Highest);
            }

            stream.Highest = write.After.Next;
            stream.Entries.Add(new JournalEntry(stream.Highest, write.Payload.ToArray(), write.Time));
            _streams[write.Actor.Value] = stream;
            Writes++;
        }

        fault?.AfterStore();
    }

    public async IAsyncEnumerable<JournalEntry> ReplayAsync(
        PersistenceId actor, SequenceNr after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Faults.BeforeReadAsync(actor);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = ReadPage(actor, after);
            foreach (var entry in page)
            {
                yield return entry;
            }

            if (page.Length < ReplayPage)
            {
                yield break;
            }

            after = page[^1].SequenceNr;
        }
    }

    public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        lock (writers.Guard)
        {
            return ValueTask.FromResult(_streams.TryGetValue(actor.Value, out var stream) ? stream.Highest : SequenceNr.Zero);
        }
    }

    public ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        lock (writers.Guard)
        {
            if (_streams.TryGetValue(actor.Value, out var stream))
            {
                // Only from the front: what is kept has no gaps, whatever the clocks said.
                var count = 0;
                while (count < stream.Entries.Count && stream.Entries[count].SequenceNr <= upTo && stream.Entries[count].Time < olderThan)
                {
                    count++;
                }

                stream.Entries.RemoveRange(0, count);
            }
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<PersistenceId> ListActorsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var id in Ids())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new PersistenceId(id);
        }
    }

    private string[] Ids()
    {
        lock (writers.Guard)
        {
            return [.. _streams.Keys];
        }
    }

    private JournalEntry[] ReadPage(PersistenceId actor, SequenceNr after)
    {
        lock (writers.Guard)
        {
            if (!_streams.TryGetValue(actor.Value, out var stream) || stream.Entries.Count == 0)
            {
                return [];
            }

            var first = stream.Entries[0].SequenceNr.Value;
            var skip = (int)Math.Clamp(after.Value + 1 - first, 0, stream.Entries.Count);
            var page = new JournalEntry[Math.Min(ReplayPage, stream.Entries.Count - skip)];
            for (var i = 0; i < page.Length; i++)
            {
                // The payload belongs to the reader.
                page[i] = stream.Entries[skip + i] with { Payload = stream.Entries[skip + i].Payload.ToArray() };
            }

            return page;
        }
    }

    private sealed class Stream
    {
        internal SequenceNr Highest { get; set; }

        internal List<JournalEntry> Entries { get; } = [];
    }
}
