using System.Buffers;
using MailCluster.Actors;

namespace MailCluster.Persistence;

/// <summary>
/// An actor whose state is its event journal. Commands are decided and applied in memory, their events are written in one append, and only
/// when that is durable are they published and answered.
/// </summary>
/// <remarks>
/// <para>The problem: many commands a second for one account, each durable before its answer, no answer that a crash could belie, no
/// command carried out twice.</para>
/// <para>The steps, for what has queued up while the last write was under way (a batch):</para>
/// <list type="number">
/// <item>Each command, in order: if the state records the reply of its command id, that is its answer. Otherwise <see cref="Decide"/> on the
/// decided state, then <see cref="Apply"/> of its events gives the next decided state. Nobody outside sees that state yet.</item>
/// <item>All events go into one journal write with one sequence number and the strictest durability of them. A crash before it
/// is durable: nothing happened, nobody was answered. A crash after: recovery brings the events, and the asker, asking again with the same command
/// id, gets the recorded reply.</item>
/// <item>The decided state becomes the state, <see cref="OnCommitted"/> publishes it, the askers are answered. A query that stood behind
/// a command in the batch is answered only now, since it saw what that command did.</item>
/// <item>Now and then a snapshot, which only shortens recovery.</item>
/// </list>
/// <para>When the outcome of a write is unknown, the decided state is thrown away, and the actor recovers before its next command, so that
/// it never builds on a guess; its askers fail, or their commands are decided again (<see cref="PersistenceOptions.HoldMax"/>). Decided states that were thrown away are never built upon: after any discard the state
/// comes from the journal again, so a state may share growing arrays with its successor.</para>
/// <para>All overridable members are called from one thread at a time.</para>
/// </remarks>
public abstract partial class PersistentActor<TState, TEvent> : BatchActor
    where TState : class
{
    private readonly PersistenceContext _context;

    /// <summary>What is durable; null before recovery and after a discard.</summary>
    private TState? _state;

    private SequenceNr _sequenceNr;

    protected PersistentActor(PersistenceContext context, PersistenceId persistenceId)
        : base(context.System)
    {
        _context = context;
        PersistenceId = persistenceId;
    }

    public PersistenceId PersistenceId { get; }

    /// <summary>The state before the first event.</summary>
    protected abstract TState EmptyState { get; }

    /// <summary>The durable state. Not in <see cref="Decide"/> or <see cref="Apply"/>, which are given theirs.</summary>
    /// <exception cref="InvalidOperationException">The actor has not recovered.</exception>
    protected TState State => _state ?? throw new InvalidOperationException($"{PersistenceId} has not recovered.");

    /// <summary>The number of the last durable write.</summary>
    protected SequenceNr LastSequenceNr => _sequenceNr;

    protected sealed override int MailboxCapacity => _context.Options.MailboxCapacity;

    protected sealed override int BatchMax => _context.Options.BatchMax;

    protected override string Name => PersistenceId.Value;

    /// <summary>Decides, without changing anything. An exception is a bug and fails this command alone; a refusal is a decision.</summary>
    protected abstract Decision<TState, TEvent> Decide(TState state, object command);

    /// <summary>The state with the event in it. Pure; the only place where events mean something. It accepts every event ever written.</summary>
    protected abstract TState Apply(TState state, TEvent domainEvent);

    /// <summary>
    /// Finds the reply of a command that was carried out before, by its command id. The state records replies as it applies events, bounded by
    /// count and age.
    /// </summary>
    protected virtual bool TryGetRecordedReply(TState state, object command, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? reply)
    {
        reply = null;
        return false;
    }

    /// <summary>
    /// Whether the command may be decided once more after a write of unknown outcome: a query, or a command whose reply
    /// <see cref="TryGetRecordedReply"/> finds if it was carried out.
    /// </summary>
    protected virtual bool MayDecideAgain(object command) => false;

    /// <summary>Encodes the events of one write.</summary>
    protected abstract void Encode(IReadOnlyList<TEvent> events, IBufferWriter<byte> payload);

    /// <summary>The events of one write. The memory may be kept.</summary>
    protected abstract IReadOnlyList<TEvent> Decode(ReadOnlyMemory<byte> payload);

    /// <summary>What changed since <paramref name="lastSnapshotted"/>; everything when that is null.</summary>
    protected abstract SnapshotChanges WriteSnapshot(TState state, TState? lastSnapshotted);

    /// <summary>The state of a snapshot. What it throws makes the snapshot unusable: all events are replayed instead.</summary>
    protected abstract TState ReadSnapshot(Snapshot snapshot);

    /// <summary>The state came from the journal: at the start, and again after a write whose outcome was unknown. Publish it.</summary>
    protected virtual void OnRecovered(TState state)
    {
    }

    /// <summary>The events are durable: publish the new state. Runs before the askers are answered.</summary>
    protected virtual void OnCommitted(TState before, TState after, IReadOnlyList<TEvent> events)
    {
    }

    /// <summary>
    /// Runs before a snapshot that will cover all events so far, for what must be settled before the events may be forgotten, such as giving
    /// up the bodies of expunged messages. It may run again for the same state. What it throws puts the snapshot off.
    /// </summary>
    protected virtual ValueTask BeforeSnapshotAsync(TState state) => ValueTask.CompletedTask;

    /// <summary>The snapshot of <paramref name="state"/> is durable: returns the state without what only had to be kept until then.</summary>
    protected virtual TState OnSnapshotSaved(TState state) => state;

    /// <summary>About how many bytes the state holds; called after each write, so it is quick.</summary>
    protected abstract long EstimateMemory(TState state);

    protected sealed override async ValueTask OnStartAsync()
    {
        while (true)
        {
            try
            {
                await RecoverAsync();
                _heldSince = null;
                return;
            }
            catch (Exception failure) when (IsPassing(failure))
            {
                if (!await HoldAsync(failure))
                {
                    throw;
                }
            }
        }
    }

    protected sealed override async ValueTask OnStoppingAsync(Exception? failure)
    {
        if (failure is null && _state is not null && _unsavedEvents > _context.Options.SnapshotOnStopAfterEvents)
        {
            await _context.StoppingSnapshots.WaitAsync();
            try
            {
                await SaveSnapshotAsync();
            }
            finally
            {
                _context.StoppingSnapshots.Release();
            }
        }
    }
}
