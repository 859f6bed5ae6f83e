namespace MailCluster.Storage;

/// <summary>
/// The bounded queue before the writer thread. A caller waits for a place without a thread; the writer takes everything that is there at once, as far as one group
/// may have it, which is what makes a group: while one commit is on its way to the disk the next one gathers.
/// </summary>
internal sealed class GroupQueue<TRequest>(GroupLimits limits, Func<Exception> closed) : IDisposable
    where TRequest : GroupRequest
{
    private readonly SemaphoreSlim _places = new(limits.Waiting, limits.Waiting);
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Lock _lock = new();
    private List<TRequest> _waiting = [];
    private long _weight;
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
            _weight += request.Weight;
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

    /// <summary>Moves what waits to <paramref name="taken"/>, which is empty: all of it, or as much as one group may have.</summary>
    public void TakeGroup(ref List<TRequest> taken)
    {
        lock (_lock)
        {
            if (_waiting.Count <= limits.Group && _weight <= limits.GroupWeight)
            {
                (taken, _waiting) = (_waiting, taken);
                _weight = 0;
                return;
            }

            var weight = 0L;
            foreach (var request in _waiting)
            {
                if (taken.Count == limits.Group || (taken.Count > 0 && weight + request.Weight > limits.GroupWeight))
                    break;
                weight += request.Weight;
                taken.Add(request);
            }

            _waiting.RemoveRange(0, taken.Count);
            _weight -= weight;
        }
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

/// <summary>How much a writer takes.</summary>
/// <param name="Waiting">Requests that may wait, or be under way, before their callers are made to wait themselves.</param>
/// <param name="Group">Requests in one group at most.</param>
/// <param name="GroupWeight">The sum of their weights at most, unless one alone is heavier.</param>
internal readonly record struct GroupLimits(int Waiting, int Group, long GroupWeight = long.MaxValue);
