namespace MailCluster.Testing;

/// <summary>
/// A clock that moves only when a test says so. Timers that fall due run one after the other, in order of their due times, on the thread that
/// calls <see cref="Advance"/>, which returns when they have run. Safe for several threads; callbacks may create and change timers.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _guard = new();
    private readonly SortedSet<ManualTimer> _timers = new(Comparer<ManualTimer>.Create(static (one, other) =>
        one.Due != other.Due ? one.Due.CompareTo(other.Due) : one.Order.CompareTo(other.Order)));
    private readonly DateTimeOffset _start;
    private long _ticks;

    /// <summary>From 1: a timer that was never armed has 0, and is nobody else.</summary>
    private long _order = 1;

    /// <summary>Starts at 2026-01-01T00:00:00Z.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public ManualTimeProvider(DateTimeOffset start) => _start = start.ToUniversalTime();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are armed; lets a test see that something waits.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_guard)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Until the next timer falls due; null when none is armed.</summary>
    public TimeSpan? UntilNext
    {
        get
        {
            lock (_guard)
            {
                return _timers.Count == 0 ? null : TimeSpan.FromTicks(Math.Max(0, _timers.Min!.Due - _ticks));
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and runs what falls due on the way, at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = Volatile.Read(ref _ticks) + by.Ticks;
        while (TakeDue(end) is { } due)
        {
            due.Run();
        }

        lock (_guard)
        {
            _ticks = Math.Max(_ticks, end);
        }
    }

    private ManualTimer? TakeDue(long end)
    {
        lock (_guard)
        {
            var first = _timers.Min;
            if (first is null || first.Due > end)
            {
                return null;
            }

            _ticks = Math.Max(_ticks, first.Due);
            _timers.Remove(first);
            if (first.Period > TimeSpan.Zero)
            {
                Arm(first, first.Period);
            }

            return first;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan due)
    {
        timer.Due = _ticks + due.Ticks;
        timer.Order = _order++;
        _timers.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        internal long Due { get; set; }

        internal long Order { get; set; }

        internal TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._guard)
            {
                if (_disposed)
                {
                    return false;
                }

                owner._timers.Remove(this);
                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    owner.Arm(this, dueTime);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._guard)
            {
                _disposed = true;
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Run() => callback(state);
    }
}
