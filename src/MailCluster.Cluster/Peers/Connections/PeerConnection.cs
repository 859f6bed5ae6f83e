using Google.Protobuf;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// What both ends of a connection do: read frames and hand them on in order, write frames, watch for signs of life, and end once.
/// </summary>
internal abstract class PeerConnection : IDisposable
{
    /// <summary>How long a last word may take to be delivered.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly FrameReader _reader;
    private long _heard;
    private long _pinged;
    private PeerEnding? _ending;
    private bool _saysGoodbye;

    protected PeerConnection(PeerServices services)
    {
        Services = services;
        Outbox = new FrameOutbox(services.Options.OutboxBytesMax);
        _reader = new FrameReader(PeerProtocol.FrameBytesMax, (uint)services.Options.MessageBytesMax);
        _heard = services.Time.GetTimestamp();
        Ended = _ended.Token;
    }

    protected PeerServices Services { get; }

    protected FrameOutbox Outbox { get; }

    /// <summary>Cancelled when the connection has ended.</summary>
    protected CancellationToken Ended { get; }

    /// <summary>Why it ended; null while it lasts.</summary>
    internal PeerEnding? Ending => Volatile.Read(ref _ending);

    /// <summary>The handshake is done; it has a deadline of its own, signs of life are watched for from here on.</summary>
    private bool IsReady { get; set; }

    /// <summary>Ends the connection; only the first call counts. With <paramref name="goodbye"/> the peer is told.</summary>
    internal void End(PeerEnding ending, Goodbye.Types.Reason? goodbye = null)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, null) is not null)
        {
            return;
        }

        OnEnding(ending);
        if (goodbye is { } reason)
        {
            var words = new Goodbye { Reason = reason, Text = HandshakeFrames.Shorten(ending.Reason) };
            _saysGoodbye = true;
            Outbox.End(HandshakeFrames.HeaderOf(FrameKind.Goodbye, words), words.ToByteArray());
        }
        else
        {
            Outbox.Close();
        }

        OnEnded(ending);
        _ = _ended.CancelAsync(); // On another thread: what is cancelled by it may be anybody's code.
    }

    /// <summary>Looks at the deadlines. <paramref name="pardon"/>: this process itself stood still, which is no fault of the peer's.</summary>
    internal void Beat(long now, bool pardon)
    {
        if (!IsReady || Ending is not null)
        {
            return;
        }

        if (pardon)
        {
            Volatile.Write(ref _heard, now);
        }

        var silence = Services.Time.GetElapsedTime(Volatile.Read(ref _heard), now);
        if (silence >= Services.Options.SilenceTimeout)
        {
            End(new PeerEnding(PeerFailure.Silent, $"nothing was heard for {silence.TotalSeconds:0.#} s"), Goodbye.Types.Reason.Silent);
        }
        else if (silence >= Services.Options.PingInterval && Services.Time.GetElapsedTime(_pinged, now) >= Services.Options.PingInterval)
        {
            _pinged = now;
            Outbox.Send(FrameKind.Ping, 0);
        }

        BeatRequests(now);
    }

    public virtual void Dispose()
    {
        Outbox.Dispose();
        _ended.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads and writes until the connection ends, then closes <paramref name="link"/>.</summary>
    protected async Task ServeAsync(PeerLink link)
    {
        Volatile.Write(ref _heard, Services.Time.GetTimestamp());
        IsReady = true;
        using var writing = new CancellationTokenSource();
        var pump = PumpAsync(link, writing.Token);
        try
        {
            await ReadAsync(link);
        }
        catch (Exception error)
        {
            End(PeerEnding.Of(error), error is FrameException ? Goodbye.Types.Reason.Protocol : null);
        }

        await CloseAsync(link, pump, writing);
    }

    /// <summary>The answers and requests of a peer; whatever is not for this side is an error.</summary>
    protected abstract ValueTask OnFrameAsync(FrameHeader header, System.Buffers.ReadOnlySequence<byte> payload);

    /// <summary>Before anything else is told: one who is told, and asks again at once, is to find the way closed, or free.</summary>
    protected abstract void OnEnding(PeerEnding ending);

    /// <summary>What is under way fails.</summary>
    protected abstract void OnEnded(PeerEnding ending);

    protected abstract void BeatRequests(long now);

    private async Task ReadAsync(PeerLink link)
    {
        while (true)
        {
            var read = await link.Input.ReadAsync(Ended);
            Volatile.Write(ref _heard, Services.Time.GetTimestamp());
            var rest = read.Buffer;
            var frames = 0;
            FrameReadResult result;
            while ((result = _reader.TryRead(ref rest, out var header, out var payload, out var fault)) != FrameReadResult.NeedMore)
            {
                if (result == FrameReadResult.Rejected)
                {
                    throw new FrameException(fault!);
                }

                if (Ending is not null)
                {
                    return;
                }

                frames++;
                if (!TakeCommon(header, payload))
                {
                    await OnFrameAsync(header, payload);
                }
            }

            Services.Metrics.Traffic.Received(frames, read.Buffer.Length - rest.Length);
            link.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                throw new EndOfStreamException("the connection was closed");
            }
        }
    }

    private bool TakeCommon(in FrameHeader header, in System.Buffers.ReadOnlySequence<byte> payload)
    {
        switch (header.Kind)
        {
            case FrameKind.Ping:
                Outbox.Send(FrameKind.Pong, header.Id);
                return true;
            case FrameKind.Pong:
                return true;
            case FrameKind.Goodbye:
                var words = HandshakeFrames.Parse(Goodbye.Parser, payload);
                End(new PeerEnding(HandshakeRefusal.Heard(words.Reason), $"it said goodbye: {HandshakeFrames.Clean(words.Text)}"));
                return true;
            default:
                return false;
        }
    }

    private async Task PumpAsync(PeerLink link, CancellationToken cancellationToken)
    {
        try
        {
            await Outbox.PumpAsync(link.Output, Services.Metrics.Traffic, cancellationToken);
        }
        catch (Exception error)
        {
            End(PeerEnding.Of(error));
        }
    }

    private async Task CloseAsync(PeerLink link, Task pump, CancellationTokenSource writing)
    {
        try
        {
            if (_saysGoodbye)
            {
                using var farewell = new CancellationTokenSource(Farewell, Services.Time);
                await pump.WaitAsync(farewell.Token);
                await link.FinishAsync(farewell.Token);
            }
        }
        catch (Exception error)
        {
            PeerLog.FarewellFailed(Services.Log, error.Message);
        }

        link.Abort();
        await writing.CancelAsync();
        await pump;
        await link.DisposeAsync();
        Dispose();
    }
}
