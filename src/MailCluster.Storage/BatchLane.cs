namespace MailCluster.Storage;

/// <summary>
/// Requests that are made durable together, without a thread of their own: one group is under way at a time, and everything that comes meanwhile makes
/// the next one. Bounded; a caller waits for a place. The order of the requests is kept.
/// </summary>
/// <param name="limits">Of what may wait or be under way, and of one group.</param>
/// <param name="write">
/// Makes a group durable and calls <see cref="Answer"/> for each of its requests, or leaves some in the list to be tried first in the next group. Never
/// throws.
/// </param>
/// <param name="closed">What a request gets that comes too late.</param>
internal sealed class BatchLane<TRequest>(
    GroupLimits limits, Func<BatchLane<TRequest>, List<TRequest>, Task> write, Func<Exception> closed)
    : IAsyncDisposable
    where TRequest : GroupRequest
{
    private readonly SemaphoreSlim _places = new(limits.Waiting, limits.Waiting);
    private readonly Lock _lock = new();
    private readonly Queue<TRequest> _waiting = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>Waits for a place, then queues. Once this completes the request will be answered.</summary>
    public ValueTask AddAsync(TRequest request, CancellationToken cancellationToken)
    {
        var place = _places.WaitAsync(cancellationToken);
        if (!place.IsCompletedSuccessfully)
            return AddSlowAsync(place, request);
        return TryAdd(request) ? ValueTask.CompletedTask : ValueTask.FromException(closed());
    }

    /// <summary>Answers one request of the group and gives its place back. Nothing of the request is read afterwards.</summary>
    public void Answer(TRequest request, Exception? failure)
    {
        _places.Release();
        request.Complete(failure);
    }

    /// <summary>Refuses further requests and writes those that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_lock)
        {
            _isClosed = true;
            running = _running;
        }

        await running;
    }

    private async ValueTask AddSlowAsync(Task place, TRequest request)
    {
        await place;
        if (!TryAdd(request))
            throw closed();
    }

    private bool TryAdd(TRequest request)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _waiting.Enqueue(request);
                if (!_isRunning)
                {
                    _isRunning = true;
                    _running = Task.Run(RunAsync);
                }

                return true;
            }
        }

        _places.Release();
        return false;
    }

    private async Task RunAsync()
    {
        var group = new List<TRequest>();
        while (Fill(group))
            await write(this, group);
    }

    private bool Fill(List<TRequest> group)
    {
        lock (_lock)
        {
            var weight = 0L;
            foreach (var left in group)
                weight += left.Weight;
            while (group.Count < limits.Group && _waiting.TryPeek(out var next) && (group.Count == 0 || weight + next.Weight <= limits.GroupWeight))
            {
                weight += next.Weight;
                group.Add(_waiting.Dequeue());
            }

            return _isRunning = group.Count > 0;
        }
    }
}
