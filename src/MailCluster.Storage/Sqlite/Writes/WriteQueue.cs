using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>
/// The bounded queue before the writer thread. A caller waits for a place without a thread; the writer takes everything that is there at once,
/// which is what makes a group: while one commit is on its way to the disk the next one gathers.
/// </summary>
internal sealed class WriteQueue(int capacity) : IDisposable
{
    private readonly SemaphoreSlim _places = new(capacity, capacity);
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Lock _lock = new();
    private List<WriteRequest> _waiting = [];
    private bool _closed;

    /// <summary>Waits for a place, then queues. Once this completes the request will be answered.</summary>
    /// <exception cref="JournalUnavailableException">The queue is closed.</exception>
    public ValueTask AddAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        var place = _places.WaitAsync(cancellationToken);
        if (!place.IsCompletedSuccessfully)
            return AddSlowAsync(place, request);
        return TryAdd(request) ? ValueTask.CompletedTask : ValueTask.FromException(Closed());
    }

    /// <summary>Queues at once, past the bound: for the few requests the database makes of itself. False when the queue is closed.</summary>
    public bool TryAddOwn(WriteRequest request)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            _waiting.Add(request);
        }

        _arrived.Set();
        return true;
    }

    /// <summary>
    /// Blocks until something waits, then moves it all to <paramref name="taken"/>, which is empty. False when the queue is closed and
    /// nothing is left.
    /// </summary>
    public bool TakeAll(ref List<WriteRequest> taken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_waiting.Count > 0)
                {
                    (taken, _waiting) = (_waiting, taken);
                    return true;
                }

                if (_closed)
                    return false;
            }

            _arrived.WaitOne();
        }
    }

    /// <summary>Gives back the places of answered requests.</summary>
    public void GiveBack(int places) => _places.Release(places);

    /// <summary>Refuses further requests; those that wait are still taken.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
        _arrived.Set();
    }

    private async ValueTask AddSlowAsync(Task place, WriteRequest request)
    {
        await place;
        if (!TryAdd(request))
            throw Closed();
    }

    private bool TryAdd(WriteRequest request)
    {
        request.HoldsPlace = true;
        if (TryAddOwn(request))
            return true;
        _places.Release();
        return false;
    }

    private static JournalUnavailableException Closed() => new("The database is closed.");

    // The places stay usable, so that a late caller hears that the queue is closed; they hold nothing to give back.
    public void Dispose() => _arrived.Dispose();
}
