namespace MailCluster.Testing.Simulation;

/// <summary>
/// Runs everything of a test on one thread, in the order in which it was queued, on a clock that moves only when nothing is left to run. So what happens,
/// and in which order, is the same in each run, and hours take no time.
/// </summary>
/// <remarks>
/// Code takes part by awaiting: continuations come back here, as to any synchronization context. What hops over the thread pool (Task.Run,
/// ConfigureAwait(false), Task.WaitAsync and WhenAny on sources that run continuations asynchronously) is not seen, and time may run on before it is done.
/// </remarks>
public sealed class SimulationLoop : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

    private const int StepsAtOnceMax = 200_000;

    private int _thread;

    /// <summary>The clock of the world.</summary>
    public ManualTimeProvider Time { get; } = new();

    /// <summary>Callbacks run so far; tells two runs apart.</summary>
    public long Steps { get; private set; }

    /// <summary>So many callbacks are run at most: more means that something goes round without the clock moving.</summary>
    public long StepsMax { get; init; } = long.MaxValue;

    /// <summary>Callbacks that came from another thread: something hopped over the thread pool, and two runs may differ.</summary>
    public long ForeignPosts { get; private set; }

    /// <summary>Where the first of them came from; null when there was none.</summary>
    public string? FirstForeignPost { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            if (Environment.CurrentManagedThreadId != _thread)
            {
                FirstForeignPost ??= Environment.StackTrace;
                ForeignPosts++;
            }

            _queue.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing waits in a simulation but by awaiting.");

    public void Queue(Action action) => Post(static state => ((Action)state!)(), action);

    /// <summary>Runs until <paramref name="main"/> has completed.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="limit"/> of the simulated clock, or nothing is left that could complete it.</exception>
    public void Run(Func<Task> main, TimeSpan limit)
    {
        var before = Current;
        _thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            var end = Time.GetUtcNow() + limit;
            var running = main();
            var atOnce = 0;
            while (!running.IsCompleted)
            {
                if (TryTake(out var callback, out var state))
                {
                    if (++Steps > StepsMax)
                    {
                        throw new TimeoutException($"It was not done within {StepsMax} steps; the clock is at {Time.GetElapsedTime(0)}.");
                    }

                    callback(state);
                    if (++atOnce > StepsAtOnceMax)
                    {
                        throw new TimeoutException("Something goes round and round without time passing.");
                    }

                    continue;
                }

                atOnce = 0;

                if (Time.UntilNext is not { } next)
                {
                    throw new TimeoutException("Nothing is left to run, and it is not done.");
                }

                Time.Advance(next);
                if (Time.GetUtcNow() > end)
                {
                    throw new TimeoutException($"It was not done within {limit}.");
                }
            }

            running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private bool TryTake(out SendOrPostCallback callback, out object? state)
    {
        lock (_queue)
        {
            var any = _queue.TryDequeue(out var next);
            (callback, state) = next;
            return any;
        }
    }
}
