using System.Threading.Tasks.Sources;

namespace MailCluster.Cluster.Peers.Wire;

/// <summary>
/// What waits to be written to one connection. Anyone adds; one pump writes.
/// </summary>
/// <remarks>
/// <para><b>Batching.</b> Frames gather in one buffer while the pump writes the other; then the two change places. A frame that comes while the
/// pump rests wakes it at once. The pump steps back once before it takes a batch (<see cref="Task.Yield"/>): whoever is ready to run adds its frames first,
/// which halves the writes under load and costs a lone request microseconds, since no clock is involved.</para>
/// <para><b>Large messages</b> put their first frame into the buffer with everything else, so that the order in which messages begin is the order in
/// which they were sent; the rest is added frame by frame, in turn with other large messages, a bounded part in each batch.</para>
/// </remarks>
internal sealed partial class FrameOutbox : IValueTaskSource, IDisposable
{
    /// <summary>Of large messages, in one batch, in bytes: what small frames wait for at most.</summary>
    private const int BulkPerBatchBytes = 4 * PeerProtocol.FrameBytesMax;

    /// <summary>A buffer that grew beyond it in a burst is given back.</summary>
    private const int KeepBytesMax = 1024 * 1024;

    private readonly Lock _guard = new();
    private readonly Queue<Bulk> _bulk = new();
    private readonly long _bytesMax;
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };
    private ByteBuffer _filling = new();
    private ByteBuffer _writing = new();
    private long _batch;
    private long _queued;
    private long _frames;
    private bool _resting;
    private bool _ending;
    private bool _closed;
    private TaskCompletionSource? _room;

    internal FrameOutbox(long bytesMax) => _bytesMax = bytesMax;

    /// <summary>Bytes that wait to be written.</summary>
    internal long QueuedBytes => Volatile.Read(ref _queued);

    /// <summary>Adds a frame without a payload. False when the connection is at its end.</summary>
    internal bool Send(FrameKind kind, ulong id, uint argument = 0)
    {
        lock (_guard)
        {
            if (_closed || _ending)
            {
                return false;
            }

            Append(new FrameHeader(kind, FrameFlags.Whole, id, 0, 0, argument), default);
            Wake();
            return true;
        }
    }

    /// <summary>
    /// Adds a message. The payload is copied, unless it is large and comes with <paramref name="owner"/>, which is disposed when the payload is no
    /// longer needed, at once if it was copied.
    /// </summary>
    internal SendResult Send(in FrameHeader header, ReadOnlyMemory<byte> payload, IDisposable? owner = null, OutboxMark? mark = null)
    {
        var isLarge = payload.Length > PeerProtocol.FrameBytesMax;
        if (isLarge && owner is null)
        {
            payload = payload.ToArray();
        }

        SendResult result;
        lock (_guard)
        {
            result = Add(header with { Total = (uint)payload.Length }, payload, isLarge, owner, mark);
        }

        if (!isLarge || result != SendResult.Queued)
        {
            owner?.Dispose();
        }

        return result;
    }

    /// <summary>The rest of a large message need not be sent.</summary>
    internal void Abandon(ulong id)
    {
        lock (_guard)
        {
            for (var count = _bulk.Count; count > 0; count--)
            {
                var bulk = _bulk.Dequeue();
                if (bulk.Header.Id == id)
                {
                    _queued -= bulk.Left;
                    bulk.Owner?.Dispose();
                }
                else
                {
                    _bulk.Enqueue(bulk);
                }
            }
        }
    }

    /// <summary>Adds a last frame; then the pump writes what is left and ends.</summary>
    internal void End(in FrameHeader last, ReadOnlySpan<byte> payload)
    {
        lock (_guard)
        {
            if (!_closed && !_ending)
            {
                Append(last, payload);
                _ending = true;
                DropBulk();
                Wake();
            }
        }
    }

    /// <summary>Nothing is written any more. Afterwards <see cref="WasTaken"/> is final.</summary>
    internal void Close()
    {
        lock (_guard)
        {
            if (!_closed)
            {
                _closed = true;
                DropBulk();
                _room?.TrySetResult();
                Wake();
            }
        }
    }

    /// <summary>Whether the pump took the batch that the message began in; if not, nothing of it can have been sent.</summary>
    internal bool WasTaken(OutboxMark mark)
    {
        lock (_guard)
        {
            return mark.Batch < _batch || (_ending && mark.Batch != long.MaxValue);
        }
    }

    /// <summary>Completes when no more is queued than may be; also when the outbox is closed.</summary>
    internal ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_guard)
        {
            if (_closed || _queued <= _bytesMax)
            {
                return default;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellationToken));
        }
    }

    public void Dispose()
    {
        Close();
        _filling.Dispose();
        _writing.Dispose();
    }

    private SendResult Add(in FrameHeader header, ReadOnlyMemory<byte> payload, bool isLarge, IDisposable? owner, OutboxMark? mark)
    {
        if (_closed || _ending)
        {
            return SendResult.Closed;
        }

        // Answers always fit: the requests they belong to are bounded, and reading more of those waits for room.
        if (mark is not null && _queued + payload.Length > _bytesMax)
        {
            return SendResult.Full;
        }

        if (mark is not null)
        {
            mark.Batch = _batch;
        }

        if (isLarge)
        {
            const int First = PeerProtocol.FrameBytesMax;
            Append(header with { Flags = FrameFlags.First, Length = First }, payload.Span[..First]);
            _bulk.Enqueue(new Bulk(header, payload, First, owner));
            _queued += payload.Length - First;
        }
        else
        {
            Append(header with { Flags = FrameFlags.Whole, Length = payload.Length }, payload.Span);
        }

        Wake();
        return SendResult.Queued;
    }

    private void Append(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var target = _filling.GetSpan(FrameHeader.Size + payload.Length);
        header.Write(target);
        payload.CopyTo(target[FrameHeader.Size..]);
        _filling.Advance(FrameHeader.Size + payload.Length);
        _queued += FrameHeader.Size + payload.Length;
        _frames++;
    }

    private void DropBulk()
    {
        foreach (var bulk in _bulk)
        {
            _queued -= bulk.Left;
            bulk.Owner?.Dispose();
        }

        _bulk.Clear();
    }

    /// <summary>A large message and how far it has been added.</summary>
    private sealed class Bulk(FrameHeader header, ReadOnlyMemory<byte> payload, int offset, IDisposable? owner)
    {
        internal FrameHeader Header => header;

        internal IDisposable? Owner => owner;

        internal int Left => payload.Length - offset;

        internal ReadOnlyMemory<byte> Next()
        {
            var piece = payload.Slice(offset, Math.Min(Left, PeerProtocol.FrameBytesMax));
            offset += piece.Length;
            return piece;
        }
    }
}

/// <summary>Whether a message will be sent.</summary>
internal enum SendResult
{
    Queued,

    /// <summary>The connection is at its end.</summary>
    Closed,

    /// <summary>Too much waits already.</summary>
    Full,
}

/// <summary>Remembers in which batch a message began.</summary>
internal class OutboxMark
{
    internal long Batch { get; set; } = long.MaxValue;
}
