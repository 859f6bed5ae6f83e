namespace MailCluster.Storage;

/// <summary>
/// The bounded queue before the writer thread. A caller waits for a place without a thread; the writer takes everything that is there at once,
/// which is what makes a group: while one commit is on its way to the disk the next one gathers.
/// </summary>
internal sealed class GroupQueue<TRequest>(int capacity, Func<Exception> closed) : IDisposable
    where TRequest : GroupRequest
{
    private readonly SemaphoreSlim _places = new(capacity, capacity);
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Lock _lock = new();
    private List<TRequest> _waiting = [];
    private bool _isClosed;

    /// <summary>Waits for a place, then queues. Once this completes the request will be answered.</summary>
    /// <remarks>Throws what the owner gave as <c>closed</c> once the queue is closed.</remarks>
    public ValueTask AddAsync(TRequest request, CancellationToken cancellationToken)
    {
        var place = _places.WaitAsync(cancellationToken);
        if (!place.IsCompletedSuccessfully)
            return AddSlowAsync(place, request);
        return TryAdd(request) ? ValueTask.CompletedTask : ValueTask.FromException(closed());
    }

    /// <summary>Queues at once, past the bound: for the few requests the store makes of itself. False when the queue is closed.</summary>
    public bool TryAddOwn(TRequest request)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;
            _waiting.Add(request);
        }

        _arrived.Set();
        return true;
    }

    /// <summary>Nothing waits, and the queue is open. True only for the moment.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _waiting.Count == 0 && !_isClosed;
        }
    }

    /// <summary>Blocks until something waits. False when the queue is closed and nothing is left.</summary>
    public bool BlockUntilFilled()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_waiting.Count > 0)
                    return true;
                if (_isClosed)
                    return false;
            }

            _arrived.WaitOne();
        }
    }

    /// <summary>Moves all that waits to <paramref name="taken"/>, which is empty.</summary>
    public void TakeAll(ref List<TRequest> taken)
    {
        lock (_lock)
            (taken, _waiting) = (_waiting, taken);
    }

    /// <summary>Gives back the places of answered requests.</summary>
    public void GiveBack(int places) => _places.Release(places);

    /// <summary>Refuses further requests; those that wait are still taken.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        _arrived.Set();
    }

    private async ValueTask AddSlowAsync(Task place, TRequest request)
    {
        await place;
        if (!TryAdd(request))
            throw closed();
    }

    private bool TryAdd(TRequest request)
    {
        request.HoldsPlace = true;
        if (TryAddOwn(request))
            return true;
        _places.Release();
        return false;
    }

    // The places stay usable, so that a late caller hears that the queue is closed; they hold nothing to give back.
    public void Dispose() => _arrived.Dispose();
}
