namespace MailCluster.Testing.Simulation;

/// <summary>
/// A process of a simulation: what runs in it can be stopped for a while (SIGSTOP: nothing of it runs, its clock goes on), or for ever (SIGKILL: what it
/// was about to do never happens).
/// </summary>
public sealed class SimulatedProcess : SynchronizationContext
{
    private readonly SimulationLoop _loop;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _held = new();
    private readonly HashSet<ITimer> _timers = [];
    private bool _paused;

    public SimulatedProcess(SimulationLoop loop)
    {
        _loop = loop;
        Time = new ProcessTime(this);
    }

    /// <summary>The clock as the process sees it: the world's, but for <see cref="Rate"/> and <see cref="WallOffset"/>, with timers that run in the process.</summary>
    public TimeProvider Time { get; }

    /// <summary>How fast the process's monotonic clock runs: 1 is as fast as the world's. Set before the process starts.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>The process's wall clock is so much ahead of the world's; may jump at any time. Timers do not care.</summary>
    public TimeSpan WallOffset { get; set; }

    public bool IsKilled { get; private set; }

    public override void Post(SendOrPostCallback d, object? state) => _loop.Post(_ => Execute(d, state), null);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing waits in a simulation but by awaiting.");

    public void Queue(Action action) => Post(static state => ((Action)state!)(), action);

    public void Queue(IThreadPoolWorkItem item) => Post(static state => ((IThreadPoolWorkItem)state!).Execute(), item);

    public void Kill()
    {
        IsKilled = true;
        _held.Clear();
        foreach (var timer in _timers.ToArray())
        {
            timer.Dispose();
        }
    }

    public void Pause() => _paused = true;

    public void Resume()
    {
        _paused = false;
        while (_held.TryDequeue(out var held))
        {
            Post(held.Callback, held.State);
        }
    }

    /// <summary>Runs in the process. Never completes when it is killed.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue(() => _ = RunAsync(work, done));
        return done.Task;
    }

    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    private static async Task RunAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(await work());
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }

    private void Execute(SendOrPostCallback callback, object? state)
    {
        if (IsKilled)
        {
            return;
        }

        if (_paused)
        {
            _held.Enqueue((callback, state));
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private sealed class ProcessTime(SimulatedProcess process) : TimeProvider
    {
        public override long TimestampFrequency => process._loop.Time.TimestampFrequency;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => process._loop.Time.GetUtcNow() + process.WallOffset;

        public override long GetTimestamp() => (long)(process._loop.Time.GetTimestamp() * process.Rate);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new ProcessTimer(process, callback, state, dueTime, period);
    }

    private sealed class ProcessTimer : ITimer
    {
        private readonly SimulatedProcess _process;
        private readonly ITimer _timer;

        internal ProcessTimer(SimulatedProcess process, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _process = process;
            _timer = process._loop.Time.CreateTimer(_ => process.Queue(() => callback(state)), null, InWorld(dueTime), InWorld(period));
            process._timers.Add(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(InWorld(dueTime), InWorld(period));

        public void Dispose()
        {
            _process._timers.Remove(this);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>As long by the world's clock; rounded up, as a timer is never early.</summary>
        private TimeSpan InWorld(TimeSpan time) =>
            time <= TimeSpan.Zero || _process.Rate == 1 ? time : new TimeSpan((long)Math.Ceiling(time.Ticks / _process.Rate) + 1);
    }
}
