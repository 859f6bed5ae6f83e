using System.Buffers;
using System.Collections.Concurrent;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// The asking end: what this node asks of one run of a peer.
/// </summary>
/// <remarks>
/// It takes requests from the moment it is made. Until the handshake is done they wait in order, and have certainly not been carried out if it
/// fails. Afterwards they go to the outbox; when the connection breaks, one that began in a batch which was never taken for writing has
/// certainly not been carried out either, any other perhaps.
/// </remarks>
internal sealed partial class OutboundConnection(PeerServices services, Member peer, Action<OutboundConnection, PeerEnding> ended)
    : PeerConnection(services)
{
    private readonly Lock _guard = new();
    private readonly ConcurrentDictionary<ulong, PeerCall> _calls = new();
    private List<PeerCall>? _waiting = [];
    private long _waitingBytes;
    private ulong _lastId;
    private int _messageBytesMax = services.Options.MessageBytesMax;

    internal Member Peer => peer;

    /// <summary>This node wants it no more: its end is no failure.</summary>
    internal bool IsDismissed { get; private set; }

    /// <summary>Ends it because this node wants it no more.</summary>
    internal void Dismiss(PeerEnding ending, Goodbye.Types.Reason reason)
    {
        IsDismissed = true;
        End(ending, reason);
    }

    internal async ValueTask<ReadOnlyMemory<byte>> AskAsync(PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var time = Services.Time;
        var ask = new PeerAsk(request, timeout, time.GetTimestamp()) { Id = Interlocked.Increment(ref _lastId) };
        Begin(ask);
        ReadOnlyMemory<byte> answer;
        if (cancellationToken.CanBeCanceled)
        {
            await using var registration = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    var (connection, ask) = ((OutboundConnection, PeerAsk))state!;
                    connection.GiveUp(ask, new OperationCanceledException(token));
                },
                (this, ask));
            answer = await ask.Answer;
        }
        else
        {
            answer = await ask.Answer;
        }

        Services.Metrics.RoundTrip.Record(time.GetElapsedTime(ask.Begun).TotalSeconds);
        return answer;
    }

    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        PeerRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new PeerStream(request, Services.Options.StreamWindowBytes, GiveCredit) { Id = Interlocked.Increment(ref _lastId) };
        Begin(stream);
        Services.Metrics.StreamsRead(1);
        try
        {
            await foreach (var item in stream.ReadAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            Services.Metrics.StreamsRead(-1);
            GiveUp(stream, new OperationCanceledException("The stream was closed by its reader."));
        }
    }

    protected override ValueTask OnFrameAsync(FrameHeader header, ReadOnlySequence<byte> payload)
    {
        if (header.Kind is not (FrameKind.Reply or FrameKind.Item or FrameKind.End or FrameKind.Failure or FrameKind.Refused))
        {
            throw new FrameException($"a {header.Kind} frame from the one who answers");
        }

        if (!_calls.TryGetValue(header.Id, out var call))
        {
            return default; // Given up; the answer was on its way.
        }

        switch (header.Kind)
        {
            case FrameKind.Reply when call is PeerAsk:
                call.Take(header, payload);
                if (header.IsLast)
                {
                    _calls.TryRemove(header.Id, out _);
                }

                break;
            case FrameKind.Item when call is PeerStream:
                call.Take(header, payload);
                break;
            case FrameKind.End when call is PeerStream stream:
                _calls.TryRemove(header.Id, out _);
                stream.Complete();
                break;
            case FrameKind.Failure:
                var failure = HandshakeFrames.Parse(Failure.Parser, payload);
                Finish(call, _ => new PeerFailedException(peer.Node, HandshakeFrames.Clean(failure.Text)));
                break;
            case FrameKind.Refused:
                var refused = HandshakeFrames.Parse(Failure.Parser, payload);
                Finish(call, _ => new PeerUnreachableException(peer.Node, PeerFailure.Rejected, HandshakeFrames.Clean(refused.Text)));
                break;
            default:
                throw new FrameException($"a {header.Kind} frame for another kind of request");
        }

        return default;
    }

    protected override void OnEnding(PeerEnding ending) => ended(this, ending);

    protected override void OnEnded(PeerEnding ending)
    {
        lock (_guard)
        {
            _waiting = null;
        }

        foreach (var (_, call) in _calls)
        {
            Finish(call, wasSent => Broken(call, wasSent, ending));
        }
    }

    protected override void BeatRequests(long now) => ExpireRequests(now);

    /// <summary>Fails what is past its time; also while the connection is being made.</summary>
    internal void ExpireRequests(long now)
    {
        foreach (var (_, call) in _calls)
        {
            if (call is PeerAsk ask && ask.IsOverdue(Services.Time, now))
            {
                const string Text = "no answer in time";
                GiveUp(ask, null, wasSent => wasSent
                    ? new PeerLostException(peer.Node, PeerFailure.Silent, Text)
                    : new PeerUnreachableException(peer.Node, PeerFailure.Silent, "not connected in time"));
            }
        }
    }

    /// <summary>The handshake is done: what waited is sent, in order, and what comes now goes straight to the outbox.</summary>
    private void Release(uint peerMessageBytesMax)
    {
        lock (_guard)
        {
            _messageBytesMax = (int)Math.Min((uint)_messageBytesMax, peerMessageBytesMax);
            var waiting = _waiting ?? [];
            _waiting = null;
            foreach (var call in waiting)
            {
                Send(call);
            }

            Volatile.Write(ref _isOpen, true);
        }
    }
}
