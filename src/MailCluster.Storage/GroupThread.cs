using System.Diagnostics;

namespace MailCluster.Storage;

/// <summary>
/// The thread of a writer: takes everything that waits, has it written together, and continues those who waited, itself.
/// </summary>
/// <remarks>
/// <para>The problem: an fsync costs as much as hundreds of appends, so all that wait share one. But then a group of callers goes on at once, each with little work (the next
/// write, an answer to a client), and by way of the thread pool each wakes a worker, which wakes another in case there is more, and all go to sleep again.
/// That was a third of what a delivery among ten cost.</para>
/// <para>The steps. A request that finds nobody writing and nobody waiting is written by the thread that brings it: two hand-overs between threads cost more than the
/// write. All others queue. The thread takes what has queued, writes it under the lock, and then, without it, answers one after the other: each goes on here
/// (<see cref="GroupRequest.AnswerHere"/>) while the next group gathers, and what is left after <see cref="GroupThread.ContinueFor"/> on the thread pool. Whoever writes
/// somewhere else as a consequence joins that writer's next group instead of making one by itself (<see cref="HasMoreHere"/>).</para>
/// <para>What goes on here is not ours, and may take long: the client has sent a search behind its append. When one has not come back in <see cref="GroupThread.Patience"/>, another thread
/// takes this one's place, and this one ends when it is back. So a stranger's command holds up the writer no longer than that, and one that waits for the writer
/// itself does not wait for ever.</para>
/// </remarks>
internal sealed class GroupThread<TRequest> : IAsyncDisposable
    where TRequest : GroupRequest
{
    private readonly string _name;
    private readonly Action<List<TRequest>, bool> _write;
    private readonly Action _close;
    private readonly GroupQueue<TRequest> _queue;
    private readonly GroupPace _pace = new();
    private readonly List<TRequest> _alone = new(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly ITimer _watch;

    /// <summary>Held by whoever writes.</summary>
    private readonly Lock _writing = new();

    /// <summary>Callers that went on here and came back; only ever added to.</summary>
    private long _continued;

    /// <summary>Guards what is below.</summary>
    private readonly Lock _guard = new();

    /// <summary>The number of the thread that is the writer's. Read without the guard too.</summary>
    private volatile int _current;
    private long _continuedSeen;
    private bool _isContinuing;
    private bool _isWatched;

    /// <param name="name">Of the thread.</param>
    /// <param name="limits">Of the queue and of one group.</param>
    /// <param name="write">
    /// Writes the requests and decides the answer of each (<see cref="GroupRequest.Decide"/>); the second argument says that it runs on a caller's thread. One at a time. Never throws.
    /// </param>
    /// <param name="close">Runs after the last group.</param>
    /// <param name="closed">What a request gets that comes too late.</param>
    /// <param name="time">For the callers that go on here.</param>
    public GroupThread(string name, GroupLimits limits, Action<List<TRequest>, bool> write, Action close, Func<Exception> closed, TimeProvider time)
    {
        _name = name;
        _write = write;
        _close = close;
        _queue = new GroupQueue<TRequest>(limits, closed);
        _time = time;
        _watch = time.CreateTimer(static thread => ((GroupThread<TRequest>)thread!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Start(0);
    }

    /// <summary>Queues the request; when the returned task completes it will be answered through its own task.</summary>
    public ValueTask AddAsync(TRequest request, CancellationToken cancellationToken) => _queue.AddAsync(request, cancellationToken);

    /// <summary>Queues a request that the store makes of itself. False when the writer is closed.</summary>
    public bool TryAddOwn(TRequest request) => _queue.TryAddOwn(request);

    /// <summary>
    /// Writes the request on the calling thread, if nothing else is being written or waits to be, and few write. When it returns true the request is answered.
    /// </summary>
    public bool TryWriteHere(TRequest request)
    {
        if (_pace.HasCompany || GroupThread.HasMoreHere || !_writing.TryEnter())
            return false;
        try
        {
            if (!_queue.IsEmpty)
                return false;
            var begun = Stopwatch.GetTimestamp();
            _alone.Add(request);
            _write(_alone, true);
            _alone.Clear();
            _pace.Wrote(1, begun, isFollowed: !_queue.IsEmpty);
        }
        finally
        {
            _writing.Exit();
        }

        request.Answer();
        return true;
    }

    /// <summary>Writes what waits and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task;
        await _watch.DisposeAsync();
        _queue.Dispose();
    }

    private void Start(int number) => new Thread(() => Run(number)) { IsBackground = true, Name = _name }.Start();

    private void Run(int number)
    {
        var taken = new List<TRequest>();
        while (_queue.BlockUntilFilled())
        {
            _pace.Rest();
            lock (_writing)
            {
                _queue.TakeGroup(ref taken);
                var begun = Stopwatch.GetTimestamp();
                _write(taken, false);
                _pace.Wrote(taken.Count, begun, isFollowed: !_queue.IsEmpty);
            }

            GiveBackPlaces(taken);
            Continue(taken, number);
            taken.Clear();
            if (number != _current)
                return;
        }

        lock (_writing)
            _close();
        _ended.SetResult();
    }

    // Before anyone is answered: an answered object may serve another caller.
    private void GiveBackPlaces(List<TRequest> answered)
    {
        var places = 0;
        foreach (var request in answered)
        {
            if (request.HoldsPlace)
                places++;
            request.HoldsPlace = false;
        }

        if (places > 0)
            _queue.GiveBack(places);
    }

    private void Continue(List<TRequest> answered, int number)
    {
        var begun = _time.GetTimestamp();
        BeginContinuing();
        for (var i = 0; i < answered.Count; i++)
        {
            if (i > 0 && (number != _current || _time.GetElapsedTime(begun) >= GroupThread.ContinueFor))
            {
                answered[i].Answer();
                continue;
            }

            GroupThread.HasMoreHere = i + 1 < answered.Count;
            answered[i].AnswerHere();
            Interlocked.Increment(ref _continued);
        }

        GroupThread.HasMoreHere = false;
        EndContinuing(number);
    }

    private void BeginContinuing()
    {
        lock (_guard)
        {
            _isContinuing = true;
            if (!_isWatched)
                Watch();
        }
    }

    private void EndContinuing(int number)
    {
        lock (_guard)
        {
            if (number == _current)
                _isContinuing = false;
        }
    }

    // Under the guard.
    private void Watch()
    {
        _isWatched = true;
        _continuedSeen = Interlocked.Read(ref _continued);
        _watch.Change(GroupThread.Patience, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_guard)
        {
            _isWatched = false;
            if (!_isContinuing)
                return;
            if (Interlocked.Read(ref _continued) != _continuedSeen)
            {
                Watch();
                return;
            }

            _isContinuing = false;
            Start(++_current);
        }
    }
}

/// <summary>What all threads of writers share.</summary>
internal static class GroupThread
{
    /// <summary>How long what a caller does next may keep a writer. Long against what most do, short against what a person notices.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    /// <summary>How long the callers of one group go on on the writer's thread: some ten of them, about what an fsync takes.</summary>
    public static readonly TimeSpan ContinueFor = TimeSpan.FromMicroseconds(250);

    [ThreadStatic]
    private static bool _hasMoreHere;

    /// <summary>This thread continues callers, and others of the same group come after the one that runs now.</summary>
    public static bool HasMoreHere
    {
        get => _hasMoreHere;
        set => _hasMoreHere = value;
    }
}
