using System.Buffers;
using System.Threading.Tasks.Sources;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>A request or stream of this node that a peer works on.</summary>
internal abstract class PeerCall(PeerRequest request) : OutboxMark
{
    private const int Waiting = 0;
    private const int Sent = 1;
    private const int Finished = 2;

    private int _state;

    internal ulong Id { get; init; }

    internal PeerRequest Request { get; set; } = request;

    internal MessageAssembly? Assembly { get; set; }

    internal bool IsFinished => Volatile.Read(ref _state) == Finished;

    /// <summary>False: the caller has gone already, and nothing is to be sent.</summary>
    internal bool TryMarkSent() => Interlocked.CompareExchange(ref _state, Sent, Waiting) == Waiting;

    /// <summary>The first to finish it says how. <paramref name="wasSent"/>: whether the peer may know of it.</summary>
    internal bool TryFinish(out bool wasSent)
    {
        var before = Interlocked.Exchange(ref _state, Finished);
        wasSent = before == Sent;
        return before != Finished;
    }

    internal abstract FrameHeader Header(TimeProvider time);

    /// <summary>Takes a complete reply or item.</summary>
    internal abstract void Take(ReadOnlyMemory<byte> message);

    internal abstract void Fail(Exception failure);

    /// <summary>Takes one frame of a reply or an item.</summary>
    /// <exception cref="FrameException">It does not fit the frames before it.</exception>
    internal void Take(in FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        if (header.Flags == FrameFlags.Whole && Assembly is null)
        {
            Take(payload.ToArray());
            return;
        }

        if (header.IsFirst != Assembly is null)
        {
            throw new FrameException($"a {header.Kind} frame out of place");
        }

        Assembly ??= new MessageAssembly(header);
        if (Assembly.Add(header, payload))
        {
            var message = Assembly.Bytes;
            Assembly = null;
            Take(message);
        }
    }
}

/// <summary>A request that awaits one answer.</summary>
internal sealed class PeerAsk : PeerCall, IValueTaskSource<ReadOnlyMemory<byte>>
{
    private readonly long _begun;
    private readonly TimeSpan _timeout;
    private ManualResetValueTaskSourceCore<ReadOnlyMemory<byte>> _core = new() { RunContinuationsAsynchronously = true };

    internal PeerAsk(PeerRequest request, TimeSpan timeout, long now)
        : base(request)
    {
        _begun = now;
        _timeout = timeout;
    }

    internal long Begun => _begun;

    internal ValueTask<ReadOnlyMemory<byte>> Answer => new(this, _core.Version);

    internal bool IsOverdue(TimeProvider time, long now) => _timeout != Timeout.InfiniteTimeSpan && time.GetElapsedTime(_begun, now) >= _timeout;

    internal override FrameHeader Header(TimeProvider time) => new(
        FrameKind.Request, FrameFlags.Whole, Id, 0, 0, MillisecondsLeft(time), Request.Kind, Request.Lane);

    internal override void Take(ReadOnlyMemory<byte> message)
    {
        if (TryFinish(out _))
        {
            _core.SetResult(message);
        }
    }

    /// <summary>For the one who finished it.</summary>
    internal override void Fail(Exception failure) => _core.SetException(failure);

    ReadOnlyMemory<byte> IValueTaskSource<ReadOnlyMemory<byte>>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadOnlyMemory<byte>>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadOnlyMemory<byte>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);

    private uint MillisecondsLeft(TimeProvider time)
    {
        if (_timeout == Timeout.InfiniteTimeSpan)
        {
            return 0;
        }

        var left = (_timeout - time.GetElapsedTime(_begun)).TotalMilliseconds;
        return (uint)Math.Clamp(Math.Ceiling(left), 1, uint.MaxValue);
    }
}
