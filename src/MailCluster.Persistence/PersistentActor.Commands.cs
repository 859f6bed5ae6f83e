using MailCluster.Actors;

namespace MailCluster.Persistence;

/// <summary>A batch of commands: decide, write, publish, answer.</summary>
public abstract partial class PersistentActor<TState, TEvent>
{
    protected sealed override async ValueTask ReceiveBatchAsync(ReadOnlyMemory<Delivery> batch)
    {
        var next = 0;
        while (next < batch.Length)
        {
            try
            {
                if (_state is null)
                {
                    await RecoverAsync();
                }
            }
            catch (Exception failure)
            {
                if (await HoldAsync(failure))
                {
                    continue;
                }

                FailFrom(batch, next, failure);
                return;
            }

            var round = new Round(_state!);
            next = DecideFrom(batch, next, ref round);
            if (round.Events is not null && await CommitAsync(round) is { } unknown)
            {
                if (await HoldAsync(unknown))
                {
                    batch = HoldBack(round.Undecided, batch[next..], unknown);
                    next = 0;
                }
                else
                {
                    round.Fail(unknown);
                }
            }
            else
            {
                _heldSince = null;
            }

            if (round.Discarded)
            {
                _state = null;
            }
        }

        if (_state is not null && SnapshotIsDue)
        {
            await SaveSnapshotAsync();
        }
    }

    private static void FailFrom(ReadOnlyMemory<Delivery> batch, int first, Exception failure)
    {
        foreach (var message in batch.Span[first..])
        {
            message.Fail(failure);
        }
    }

    /// <summary>Decides commands until the batch ends, the write is large enough, or a bug breaks the decided state. Returns where to go on.</summary>
    private int DecideFrom(ReadOnlyMemory<Delivery> batch, int first, ref Round round)
    {
        var messages = batch.Span;
        for (var i = first; i < messages.Length; i++)
        {
            DecideOne(messages[i], ref round);
            if (round.Discarded || round.Events?.Count >= _context.Options.EventsPerWriteMax)
            {
                return i + 1;
            }
        }

        return messages.Length;
    }

    private void DecideOne(Delivery message, ref Round round)
    {
        var applying = false;
        object reply;
        try
        {
            if (TryGetRecordedReply(round.Decided, message.Message, out var recorded))
            {
                round.Answer(message, recorded, null);
                return;
            }

            var decision = Decide(round.Decided, message.Message);
            if (decision.Refusal is { } refusal)
            {
                round.Answer(message, null, refusal);
                return;
            }

            var decided = round.Decided;
            applying = decision.Events.Count > 0;
            for (var i = 0; i < decision.Events.Count; i++)
            {
                decided = Apply(decided, decision.Events[i]);
            }

            reply = decision.MakeReply(decided);
            if (applying)
            {
                round.Add(decision.Events, decision.Durability, decided);
            }
        }
        catch (Exception failure)
        {
            PersistenceLog.CommandThrew(_context.Log, message.Message.GetType().Name, PersistenceId, failure);

            // What Apply made of the command's events so far may share arrays with the decided state: nothing may be built on that any more.
            round.Discarded |= applying;
            round.Answer(message, null, failure);
            return;
        }

        round.Answer(message, reply, null);
    }

    /// <summary>Writes and answers. Returns why it is unknown whether the write landed; then nobody was answered.</summary>
    private async ValueTask<Exception?> CommitAsync(Round round)
    {
        using var payload = new PooledBufferWriter();
        try
        {
            Encode(round.Events!, payload);
        }
        catch (Exception failure)
        {
            PersistenceLog.EncodeThrew(_context.Log, PersistenceId, _sequenceNr, failure);
            Discard(round, failure);
            return null;
        }

        try
        {
            var write = new JournalWrite(
                PersistenceId, _sequenceNr, _context.Writer, payload.WrittenMemory, _context.Time.GetUtcNow(), round.Durability);
            await _context.Journal.AppendAsync(write, CancellationToken.None);
        }
        catch (WriterFencedException fenced)
        {
            _context.Metrics.Fenced.Add(1);
            Discard(round, fenced);
            Fence(fenced);
            return null;
        }
        catch (Exception failure)
        {
            PersistenceLog.WriteFailed(_context.Log, PersistenceId, _sequenceNr, failure);
            _context.Metrics.Failures.Add(1);
            _state = null;
            return new PersistenceUnavailableException(PersistenceId, failure);
        }

        Publish(round, payload.WrittenMemory.Length);
        return null;
    }

    private void Publish(Round round, int payloadBytes)
    {
        var before = _state!;
        _state = round.Decided;
        _sequenceNr = _sequenceNr.Next;
        Account(round.Events!.Count, payloadBytes);
        _context.Metrics.Writes.Add(1);
        _context.Metrics.Events.Add(round.Events.Count);
        try
        {
            OnCommitted(before, round.Decided, round.Events);
            ReportMemory(EstimateMemory(round.Decided));
        }
        catch (Exception failure)
        {
            PersistenceLog.PublishThrew(_context.Log, PersistenceId, _sequenceNr, failure);
        }

        round.Complete();
    }

    private void Discard(Round round, Exception failure)
    {
        _state = null;
        round.Fail(failure);
    }

    private void Fence(WriterFencedException fenced)
    {
        _state = null;
        StopNow();
        _context.Fence(fenced);
    }

    /// <summary>What has been decided and not yet written.</summary>
    private struct Round(TState state)
    {
        private List<(Delivery Message, object? Reply, Exception? Failure)>? _waiting;

        internal TState Decided { get; private set; } = state;

        /// <summary>The commands that are answered after the write, in order.</summary>
        internal readonly IEnumerable<Delivery> Undecided => _waiting!.Select(waiting => waiting.Message);

        internal List<TEvent>? Events { get; private set; }

        internal Durability Durability { get; private set; } = Durability.OsBuffers;

        /// <summary>A bug broke the decided state: write what was decided before it, then recover.</summary>
        internal bool Discarded { get; set; }

        internal void Add(IReadOnlyList<TEvent> events, Durability durability, TState decided)
        {
            Events ??= new List<TEvent>(events.Count);
            Events.AddRange(events);
            if (durability == Durability.Disk)
            {
                Durability = Durability.Disk;
            }

            Decided = decided;
        }

        /// <summary>Answers at once while nothing unwritten can have been seen, else after the write.</summary>
        internal void Answer(Delivery message, object? reply, Exception? failure)
        {
            if (Events is not null)
            {
                (_waiting ??= []).Add((message, reply, failure));
            }
            else
            {
                Send(message, reply, failure);
            }
        }

        internal readonly void Complete()
        {
            foreach (var (message, reply, failure) in _waiting!)
            {
                Send(message, reply, failure);
            }
        }

        internal readonly void Fail(Exception failure)
        {
            foreach (var (message, _, _) in _waiting!)
            {
                message.Fail(failure);
            }
        }

        private static void Send(Delivery message, object? reply, Exception? failure)
        {
            if (failure is null)
            {
                message.Reply(reply!);
            }
            else
            {
                message.Fail(failure);
            }
        }
    }
}
