using System.Buffers;
using System.Collections.Concurrent;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// The answering end: what one run of a peer asks of this node. Frames are read by one thread at a time, so requests are handed over in the order in
/// which they came; answers go out in the order in which they are ready.
/// </summary>
internal sealed partial class InboundConnection : PeerConnection
{
    private readonly ConcurrentDictionary<ulong, InboundRequest> _requests = new();
    private readonly RequestLanes _lanes;
    private readonly IPeerHandler _handler;
    private long _requestBytes;

    internal InboundConnection(PeerServices services, IPeerHandler handler, Member from, string remote)
        : base(services)
    {
        _handler = handler;
        _lanes = new RequestLanes(Dispatch);
        From = from;
        Remote = remote;
    }

    internal Member From { get; }

    internal string Remote { get; }

    /// <summary>Serves until the connection has ended.</summary>
    internal Task RunAsync(PeerLink link) => ServeAsync(link);

    protected override ValueTask OnFrameAsync(FrameHeader header, ReadOnlySequence<byte> payload)
    {
        switch (header.Kind)
        {
            case FrameKind.Request or FrameKind.Open when header.IsFirst:
                Start(header, payload);
                // A peer that does not take its answers gets no more of its requests read.
                return Outbox.QueuedBytes > Services.Options.OutboxBytesMax ? Outbox.WaitForRoomAsync(Ended) : default;
            case FrameKind.Request or FrameKind.Open:
                Continue(header, payload);
                return default;
            case FrameKind.Cancel:
                Cancel(header.Id);
                return default;
            case FrameKind.Credit:
                if (_requests.TryGetValue(header.Id, out var stream))
                {
                    stream.Credit?.Add(header.Argument);
                }

                return default;
            default:
                throw new FrameException($"a {header.Kind} frame from the one who asks");
        }
    }

    protected override void OnEnding(PeerEnding ending)
    {
        // Told when the connection has been closed: nobody on this side asks over it.
    }

    protected override void OnEnded(PeerEnding ending)
    {
        foreach (var (_, request) in _requests)
        {
            request.Cancel();
        }
    }

    protected override void BeatRequests(long now)
    {
        foreach (var (_, request) in _requests)
        {
            if (!request.IsCancelled && request.IsOverdue(Services.Time, now))
            {
                request.Cancel();
            }
        }
    }

    private void Start(in FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        if (_requests.Count >= Services.Options.RequestsMax || Volatile.Read(ref _requestBytes) + header.Total > Services.Options.RequestBytesMax)
        {
            Refuse(header.Id, "it has more requests under way than it takes");
            return;
        }

        var request = new InboundRequest(header, Services.Time.GetTimestamp());
        if (!_requests.TryAdd(header.Id, request))
        {
            throw new FrameException($"a second request {header.Id}");
        }

        Interlocked.Add(ref _requestBytes, header.Total);
        if (request.Assembly is { } assembly)
        {
            assembly.Add(header, payload);
        }
        else
        {
            request.Payload = payload.ToArray();
        }

        _lanes.Add(request);
    }

    private void Continue(in FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        if (!_requests.TryGetValue(header.Id, out var request))
        {
            return; // Cancelled, or refused: the rest of it was on its way.
        }

        if (request.Assembly is not { } assembly)
        {
            throw new FrameException("a frame beyond the end of its message");
        }

        if (assembly.Add(header, payload))
        {
            request.Payload = assembly.Bytes;
            request.Assembly = null;
            _lanes.Advance(request.Lane);
        }
    }

    private void Cancel(ulong id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            return;
        }

        request.Cancel();
        if (request.Assembly is not null)
        {
            // Its rest will not come, or is not wanted. Those behind it in its lane go on.
            request.Assembly = null;
            _lanes.Advance(request.Lane);
        }
    }
}
