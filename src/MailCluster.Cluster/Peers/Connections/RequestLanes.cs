namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// Keeps the requests of a lane in order: those behind one that is not complete wait for it, those of other lanes do not. Used by one thread; usually empty.
/// </summary>
internal sealed class RequestLanes(Action<InboundRequest> dispatch)
{
    private readonly Dictionary<int, Queue<InboundRequest>> _lanes = [];

    /// <summary>A request that has begun: dispatched now if it is complete and nothing is before it.</summary>
    internal void Add(InboundRequest request)
    {
        if (_lanes.TryGetValue(request.Lane, out var lane))
        {
            lane.Enqueue(request);
        }
        else if (request.Assembly is null)
        {
            dispatch(request);
        }
        else
        {
            _lanes.Add(request.Lane, new Queue<InboundRequest>([request]));
        }
    }

    /// <summary>A request has become complete, or is not to be waited for any more.</summary>
    internal void Advance(int number)
    {
        if (!_lanes.TryGetValue(number, out var lane))
        {
            return;
        }

        while (lane.TryPeek(out var first) && first.Assembly is null)
        {
            lane.Dequeue();
            dispatch(first);
        }

        if (lane.Count == 0)
        {
            _lanes.Remove(number);
        }
    }
}
