using System.Collections.Immutable;
using MailCluster.Bodies;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// One account as a store has it, with everything that has to be taken along to another store: the state, the kept part of its history, and every
/// body that either of them names. Read while nobody writes the account.
/// </summary>
public sealed class AccountImage
{
    private readonly MailboxState _state;
    private readonly IReadOnlyDictionary<FolderId, uint> _recentFrom;

    private AccountImage(
        AccountId account, MailboxState state, IReadOnlyDictionary<FolderId, uint> recentFrom, SequenceNr first, SequenceNr last, ImmutableArray<ImagedBody> bodies)
    {
        Account = account;
        _state = state;
        _recentFrom = recentFrom;
        First = first;
        Last = last;
        Bodies = bodies;
    }

    public AccountId Account { get; }

    /// <summary>The first write that is kept; the one after <see cref="Last"/> when none is.</summary>
    public SequenceNr First { get; }

    /// <summary>The last write; zero for an account that has none.</summary>
    public SequenceNr Last { get; }

    public bool IsEmpty => Last == SequenceNr.Zero;

    /// <summary>The history does not go back to the account's beginning: without a snapshot it makes no state.</summary>
    public bool IsTrimmed => First > SequenceNr.Zero.Next;

    /// <summary>It has mail to send.</summary>
    public bool HasOutbox => !_state.Outbox.IsEmpty;

    public int Folders => _state.Folders.Count;

    public long Messages => _state.Messages;

    /// <summary>Every body named, each once; those that a message uses first.</summary>
    public ImmutableArray<ImagedBody> Bodies { get; }

    /// <exception cref="RecoveryFailedException">Journal and snapshot do not give a state.</exception>
    /// <exception cref="JournalUnavailableException">The store cannot be read.</exception>
    public static async Task<AccountImage> ReadAsync(
        IJournal journal, ISnapshotStore snapshots, AccountId account, CancellationToken cancellationToken)
    {
        var actor = new PersistenceId(account.Value);
        var recentFrom = new Dictionary<FolderId, uint>();
        var bodies = new BodyGathering();
        var (state, from) = ReadSnapshot(await snapshots.LoadAsync(actor, cancellationToken), recentFrom);
        bodies.AddRows(state);
        SequenceNr first = default, last = default;
        await foreach (var entry in journal.ReplayAsync(actor, SequenceNr.Zero, cancellationToken))
        {
            if (last != SequenceNr.Zero && entry.SequenceNr != last.Next)
                throw new RecoveryFailedException(actor, $"the journal goes from {last} to {entry.SequenceNr}.");
            first = last == SequenceNr.Zero ? entry.SequenceNr : first;
            last = entry.SequenceNr;
            var changes = Decode(actor, entry);
            bodies.AddEvents(changes);
            if (entry.SequenceNr > from && entry.SequenceNr != from.Next)
                throw new RecoveryFailedException(actor, $"the writes {from.Next} to {entry.SequenceNr} are missing.");
            if (entry.SequenceNr > from)
                (state, from) = (Apply(actor, state, changes, entry.SequenceNr), entry.SequenceNr);
        }

        var highest = await journal.GetHighestSequenceNrAsync(actor, cancellationToken);
        if (highest != from)
            throw new RecoveryFailedException(actor, $"the journal has written up to {highest}, what can be read ends at {from}.");
        return new AccountImage(account, state, recentFrom, last == SequenceNr.Zero ? highest.Next : first, highest, bodies.Finish(state));
    }

    /// <summary>The state as a snapshot for the store in which a body is called what <paramref name="map"/> answers.</summary>
    public IReadOnlyList<SnapshotPart> WriteSnapshot(Func<BodyRef, BodyRef> map)
    {
        var state = _state with
        {
            Folders = _state.Folders.ToImmutableDictionary(entry => entry.Key, entry => entry.Value with { Index = entry.Value.Index.WithBodies(map) }),
            Outbox = _state.Outbox.ToImmutableDictionary(entry => entry.Key, entry => DeliveryEventCodec.WithBody(entry.Value, map)),
            SharedBodies = _state.SharedBodies.ToImmutableDictionary(entry => map(entry.Key), entry => entry.Value),
        };
        return MailboxSnapshot.Write(state, null, folder => _recentFrom.GetValueOrDefault(folder.Id, 1u)).Changed;
    }

    /// <summary>A write of the journal with its bodies called what <paramref name="map"/> answers. Always the same for the same map.</summary>
    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> payload, Func<BodyRef, BodyRef> map)
    {
        var rewritten = EventCodec.Decode(payload).Select(change => change with { Events = [.. change.Events.Select(e => Rewrite(e, map))] }).ToArray();
        var target = new System.Buffers.ArrayBufferWriter<byte>(payload.Length + 64);
        EventCodec.Encode(rewritten, target);
        return target.WrittenMemory;
    }

    private static MailboxEvent Rewrite(MailboxEvent e, Func<BodyRef, BodyRef> map) => e is MessagesAppended appended
        ? appended with { Messages = [.. appended.Messages.Select(message => message with { Body = map(message.Body) })] }
        : DeliveryEventCodec.WithBodies(e, map);

    private static (MailboxState State, SequenceNr SequenceNr) ReadSnapshot(Snapshot? snapshot, Dictionary<FolderId, uint> recentFrom)
    {
        if (snapshot is null)
            return (MailboxState.Empty, SequenceNr.Zero);
        try
        {
            return (MailboxSnapshot.Read(snapshot, (folder, from) => recentFrom[folder] = from), snapshot.SequenceNr);
        }
        catch (InvalidDataException)
        {
            // As in recovery: the events may do without it, and if they do not the gap is found.
            recentFrom.Clear();
            return (MailboxState.Empty, SequenceNr.Zero);
        }
    }

    private static IReadOnlyList<MailboxChange> Decode(PersistenceId actor, JournalEntry entry)
    {
        try
        {
            return EventCodec.Decode(entry.Payload);
        }
        catch (InvalidDataException error)
        {
            throw new RecoveryFailedException(actor, $"the write {entry.SequenceNr} cannot be read.", error);
        }
    }

    private static MailboxState Apply(PersistenceId actor, MailboxState state, IReadOnlyList<MailboxChange> changes, SequenceNr number)
    {
        try
        {
            return changes.Aggregate(state, MailboxState.Apply);
        }
        catch (InvalidOperationException error)
        {
            throw new RecoveryFailedException(actor, $"the write {number} cannot be replayed.", error);
        }
    }

    /// <summary>Bodies by reference, with their messages' ids: those of the snapshot, of the events, of the end.</summary>
    private sealed class BodyGathering
    {
        private readonly Dictionary<BodyRef, EmailId> _all = [];

        public void AddRows(MailboxState state)
        {
            foreach (var folder in state.Folders.Values)
            {
                foreach (var chunk in folder.Index.Chunks)
                {
                    foreach (ref readonly var facts in chunk.Facts)
                        _all.TryAdd(facts.Body, facts.EmailId);
                }
            }

            foreach (var entry in state.Outbox.Values)
                _all.TryAdd(entry.Mail.Body, entry.Mail.EmailId);
        }

        public void AddEvents(IReadOnlyList<MailboxChange> changes)
        {
            foreach (var appended in changes.SelectMany(change => change.Events).OfType<MessagesAppended>())
            {
                foreach (var message in appended.Messages)
                    _all.TryAdd(message.Body, message.EmailId);
            }

            foreach (var entry in changes.SelectMany(change => change.Events).OfType<OutboxQueued>().SelectMany(queued => queued.Entries))
                _all.TryAdd(entry.Mail.Body, entry.Mail.EmailId);
        }

        public ImmutableArray<ImagedBody> Finish(MailboxState state)
        {
            var used = new BodyGathering();
            used.AddRows(state);
            AddRows(state);
            return
            [
                .. used._all.Select(entry => new ImagedBody(entry.Key, entry.Value, IsUsed: true)),
                .. _all.Where(entry => !used._all.ContainsKey(entry.Key)).Select(entry => new ImagedBody(entry.Key, entry.Value, IsUsed: false)),
            ];
        }
    }
}

/// <summary>A body that an account names.</summary>
/// <param name="Body">What it is called in the store of the image.</param>
/// <param name="EmailId">Of its messages.</param>
/// <param name="IsUsed">A message of the account has it. Otherwise only the history does, and it may be freed already.</param>
public readonly record struct ImagedBody(BodyRef Body, EmailId EmailId, bool IsUsed);
