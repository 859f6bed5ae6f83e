using MailCluster.Actors;

namespace MailCluster.Persistence;

// Holding commands while the journal is away.
//
// The problem: a sender has several commands under way (APPENDs sent without waiting). The write of the first has an unknown outcome. Were it failed
// and repeated by its sender, the second, which is in the mailbox already, would be carried out before it.
//
// The steps, when a write or a recovery fails because the journal is away, or another writer was there:
//   1. Those of the write's commands that may be decided again stay where they were, before all that came after them; the others fail, as nobody can
//      tell what became of them.
//   2. The actor recovers. Commands that were stored after all are answered from the record; the others are decided anew, in order.
//   3. If that fails too, again after a pause that doubles, for as long as HoldMax allows; then the commands of this batch fail.
// A command whose sender has given up meanwhile is carried out all the same, as any that is in a mailbox.

/// <summary>Order while the journal is away.</summary>
public abstract partial class PersistentActor<TState, TEvent>
{
    private static readonly TimeSpan HoldPauseMin = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan HoldPauseMax = TimeSpan.FromMilliseconds(500);

    private long? _heldSince;
    private TimeSpan _holdPause;

    private static bool IsPassing(Exception failure) =>
        failure is JournalUnavailableException { IsAway: true } or SequenceConflictException
        || (failure is PersistenceUnavailableException
            && failure.InnerException is JournalUnavailableException { IsAway: true } or SequenceConflictException);

    /// <summary>Pauses before the next attempt; the first comes at once. False: the time is over, or the failure is for good.</summary>
    private async ValueTask<bool> HoldAsync(Exception failure)
    {
        if (_context.Options.HoldMax <= TimeSpan.Zero || !IsPassing(failure))
        {
            return false;
        }

        if (_heldSince is not { } since)
        {
            _heldSince = _context.Time.GetTimestamp();
            _holdPause = HoldPauseMin;
            return true;
        }

        if (_context.Time.GetElapsedTime(since) >= _context.Options.HoldMax)
        {
            _heldSince = null;
            return false;
        }

        await Task.Delay(_holdPause, _context.Time);
        _holdPause = _holdPause * 2 < HoldPauseMax ? _holdPause * 2 : HoldPauseMax;
        return true;
    }

    /// <summary>Fails those that may not be decided again. The others, and what comes after them in the batch, are the new batch.</summary>
    private ReadOnlyMemory<Delivery> HoldBack(IEnumerable<Delivery> undecided, ReadOnlyMemory<Delivery> rest, Exception failure)
    {
        var held = new List<Delivery>();
        foreach (var message in undecided)
        {
            if (MayDecideAgain(message.Message))
            {
                held.Add(message);
            }
            else
            {
                message.Fail(failure);
            }
        }

        held.AddRange(rest.Span);
        return held.ToArray();
    }
}
