namespace MailCluster.Actors;

/// <summary>
/// The deadlines of all asks of a node on one timer: a hashed wheel, so that adding and removing is a few writes however many asks are
/// under way. A deadline fires at most one tick late (plus what the thread pool is late), never early. A wheel without deadlines stands still
/// and wakes nobody.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    /// <summary>A power of two; with the tick below one turn is 51 s, so that usual deadlines are met on their first turn.</summary>
    private const int SlotCount = 512;

    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly long _ticksPerWheelTick;
    private readonly Stripe[] _stripes;
    private readonly ITimer _timer;
    private long _processedTick;
    private int _turning;
    private int _ticking;

    internal DeadlineWheel(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _ticksPerWheelTick = Math.Max(1, (long)(time.TimestampFrequency * TickLength.TotalSeconds));
        _stripes = new Stripe[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount * 2, 2, 64))];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }

        _timer = time.CreateTimer(static state => ((DeadlineWheel)state!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Arms the deadline of a new ask. A timeout of zero or less expires at the next tick.</summary>
    internal void Add(AskEnvelope ask, TimeSpan timeout)
    {
        var seconds = Math.Max(0, timeout.TotalSeconds);
        var due = _time.GetTimestamp() - _start + (long)(seconds * _time.TimestampFrequency);
        var index = Environment.CurrentManagedThreadId & (_stripes.Length - 1);
        var stripe = _stripes[index];
        lock (stripe.Guard)
        {
            // Rounded up: never early. A tick that is being processed now has passed this slot already.
            ask.DueTick = Math.Max((due + _ticksPerWheelTick - 1) / _ticksPerWheelTick, stripe.ProcessedTick + 1);
            ask.WheelStripe = index;
            ref var head = ref stripe.Slots[ask.DueTick & (SlotCount - 1)];
            ask.WheelPrevious = null;
            ask.WheelNext = head;
            if (head is not null)
            {
                head.WheelPrevious = ask;
            }

            head = ask;
            stripe.Count++;
        }

        // The fence between linking and looking, and its counterpart in Turn, leave no ask on a wheel that stands.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _ticking) == 0)
        {
            StartTicking();
        }
    }

    /// <summary>Until the tick at which it expires.</summary>
    internal TimeSpan TimeLeft(AskEnvelope ask)
    {
        var due = _start + (Volatile.Read(ref ask.DueTick) * _ticksPerWheelTick);
        return _time.GetElapsedTime(_time.GetTimestamp(), due);
    }

    /// <summary>Disarms it; does nothing when it has fired.</summary>
    internal void Remove(AskEnvelope ask)
    {
        var index = Volatile.Read(ref ask.WheelStripe);
        if (index < 0)
        {
            return;
        }

        var stripe = _stripes[index];
        lock (stripe.Guard)
        {
            if (ask.WheelStripe >= 0)
            {
                stripe.Unlink(ask);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        if (Interlocked.Exchange(ref _turning, 1) != 0)
        {
            return;
        }

        try
        {
            var now = (_time.GetTimestamp() - _start) / _ticksPerWheelTick;
            if (now > _processedTick)
            {
                foreach (var stripe in _stripes)
                {
                    Expire(stripe, now);
                }

                _processedTick = now;
            }

            if (IsEmpty())
            {
                StopTicking();
            }
        }
        finally
        {
            Volatile.Write(ref _turning, 0);
        }
    }

    private void StartTicking()
    {
        if (Interlocked.Exchange(ref _ticking, 1) == 0)
        {
            _timer.Change(TickLength, TickLength);
        }
    }

    private void StopTicking()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _ticking, 0);
        if (!IsEmpty())
        {
            StartTicking();
        }
    }

    private bool IsEmpty()
    {
        foreach (var stripe in _stripes)
        {
            if (Volatile.Read(ref stripe.Count) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Expire(Stripe stripe, long now)
    {
        List<(AskEnvelope Ask, int Token)>? expired = null;
        lock (stripe.Guard)
        {
            // After a long pause one turn over all slots is enough.
            var first = Math.Max(_processedTick + 1, now - SlotCount + 1);
            for (var tick = first; tick <= now; tick++)
            {
                var ask = stripe.Slots[tick & (SlotCount - 1)];
                while (ask is not null)
                {
                    var next = ask.WheelNext;
                    if (ask.DueTick <= now)
                    {
                        (expired ??= []).Add((ask, ask.Token));
                        stripe.Unlink(ask);
                    }

                    ask = next;
                }
            }

            stripe.ProcessedTick = now;
        }

        if (expired is not null)
        {
            foreach (var (ask, token) in expired)
            {
                ask.Expire(token);
            }
        }
    }

    /// <summary>A share of the wheel with its own lock, so that cores do not meet on one.</summary>
    private sealed class Stripe
    {
        internal readonly Lock Guard = new();
        internal readonly AskEnvelope?[] Slots = new AskEnvelope?[SlotCount];
        internal long ProcessedTick;
        internal int Count;

        internal void Unlink(AskEnvelope ask)
        {
            if (ask.WheelPrevious is null)
            {
                Slots[ask.DueTick & (SlotCount - 1)] = ask.WheelNext;
            }
            else
            {
                ask.WheelPrevious.WheelNext = ask.WheelNext;
            }

            if (ask.WheelNext is not null)
            {
                ask.WheelNext.WheelPrevious = ask.WheelPrevious;
            }

            ask.WheelPrevious = null;
            ask.WheelNext = null;
            ask.WheelStripe = -1;
            Count--;
        }
    }
}
