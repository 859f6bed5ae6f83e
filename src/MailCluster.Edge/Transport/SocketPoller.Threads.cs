using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Transport;

/// <summary>
/// How many threads there are. Few suffice as long as sessions go on quickly, and then wait for something that is not this thread. But some keep it: with a read of a cold
/// disk, a write that nobody else does, a search through a hundred thousand messages. So that these never hold up the others, a thread is added whenever none has
/// been free for <see cref="Patience"/> and none got there in that time either; those that were added leave again when they have had nothing to do for a while.
/// </summary>
internal sealed partial class SocketPoller
{
    /// <summary>Threads that are always there: twice the processors, for those that wait for a disk, and no less than this.</summary>
    private const int ThreadsFew = 4;

    /// <summary>Threads at most. Each that waits costs some 100 KiB; past this the disk is the bottleneck, or the processors are.</summary>
    private const int ThreadsMax = 256;

    /// <summary>How long an added thread waits for work before it leaves, in milliseconds.</summary>
    private const int LeisureMs = 10_000;

    /// <summary>In <see cref="_watch"/>: one more time that a thread began to wait, above the count of those that wait.</summary>
    private const long Round = 1 << 16;

    /// <summary>How long all threads may be busy. Long against what a command takes, short against what a person notices.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    [ThreadStatic]
    private static bool _isPoller;

    private readonly ITimer _starvation;
    private SocketDescriptor? _stopSignal;
    private long _watch;
    private long _roundsSeen;
    private int _threads;
    private int _isLooking;
    private bool _isStopping;

    /// <summary>Threads that are always there.</summary>
    public static int ThreadsBase { get; } = Math.Max(ThreadsFew, 2 * Environment.ProcessorCount);

    /// <summary>Threads there are now.</summary>
    public int Threads => Volatile.Read(ref _threads);

    /// <summary>Whether the caller is a thread of a poller, and all others wait.</summary>
    public bool IsAlone => _isPoller && Threads - Waiting(Volatile.Read(ref _watch)) <= 1;

    /// <summary>Ends the threads, each when it comes back from what it does.</summary>
    public void Dispose()
    {
        lock (_guard)
        {
            if (_isStopping)
                return;
            Volatile.Write(ref _isStopping, true);
            _stopSignal = EpollCalls.CreateSignal();
            EpollCalls.Add(_epoll, _stopSignal, PollEvents.Readable, StopToken);
        }

        _starvation.Dispose();
        if (Threads == 0)
            Close();
    }

    private static int Waiting(long watch) => (int)(watch % Round);

    private void EnsureThreads()
    {
        if (Threads > 0)
            return;
        lock (_guard)
        {
            while (_threads < ThreadsBase && !_isStopping)
                StartThread();
        }
    }

    private void StartThread()
    {
        Interlocked.Increment(ref _threads);
        new Thread(Run) { Name = "socket poller", IsBackground = true }.UnsafeStart();
    }

    private void Run()
    {
        _isPoller = true;
        while (!Volatile.Read(ref _isStopping))
        {
            Interlocked.Add(ref _watch, Round + 1);
            var isAdded = Threads > ThreadsBase;
            var any = EpollCalls.Wait(_epoll, isAdded ? LeisureMs : Timeout.Infinite, out var events, out var token);
            if (Waiting(Interlocked.Decrement(ref _watch)) == 0)
                BeginLooking();
            if (any && token != StopToken)
                Dispatch(events, token);
            else if (!any && TryLeave())
                return;
        }

        if (Interlocked.Decrement(ref _threads) == 0)
            Close();
    }

    /// <summary>Those that are always there are a number, not certain threads.</summary>
    private bool TryLeave()
    {
        while (Threads is var threads && threads > ThreadsBase)
        {
            if (Interlocked.CompareExchange(ref _threads, threads - 1, threads) == threads)
                return true;
        }

        return false;
    }

    /// <summary>No thread waits any more: from now on it is looked at whether that stays so.</summary>
    private void BeginLooking()
    {
        if (Volatile.Read(ref _isLooking) != 0 || Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        Volatile.Write(ref _roundsSeen, Volatile.Read(ref _watch) / Round);
        _starvation.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private void LookForStarvation()
    {
        var watch = Interlocked.Read(ref _watch);
        if (Waiting(watch) > 0)
        {
            Volatile.Write(ref _isLooking, 0);
            if (Waiting(Interlocked.Read(ref _watch)) == 0)
                BeginLooking();
            return;
        }

        if (watch / Round == _roundsSeen)
            AddThread();
        Volatile.Write(ref _roundsSeen, watch / Round);
        _starvation.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private void AddThread()
    {
        lock (_guard)
        {
            if (_isStopping || _threads >= ThreadsMax)
                return;
            StartThread();
        }

        TransportLog.ThreadAdded(_log, Threads);
    }

    private void Close()
    {
        _stopSignal?.Dispose();
        _epoll.Dispose();
    }
}
