namespace MailCluster.Edge;

/// <summary>
/// The one timer of the edge: once a second it looks at the deadlines of every connection. A deadline is therefore met at most one
/// second late, and costs a field instead of a timer.
/// </summary>
public sealed class ConnectionHeartbeat : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private Action<long>? _tick;
    private int _running;

    public ConnectionHeartbeat(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((ConnectionHeartbeat)state!).Beat(), this, Interval, Interval);
    }

    /// <summary>Milliseconds since the heartbeat began, plus one so that no deadline is 0.</summary>
    internal long Now => (long)_time.GetElapsedTime(_start).TotalMilliseconds + 1;

    /// <summary>The tick at which <paramref name="timeout"/> from now is over; 0, never, if it is infinite.</summary>
    internal long Deadline(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? 0 : Now + (long)timeout.TotalMilliseconds;

    internal void Attach(Action<long> tick) => _tick += tick;

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        // A beat that takes longer than a second is not overtaken by the next.
        if (Interlocked.Exchange(ref _running, 1) == 1)
            return;
        try
        {
            _tick?.Invoke(Now);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
