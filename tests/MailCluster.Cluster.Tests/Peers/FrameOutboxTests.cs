using System.Buffers;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>What the outbox writes, in which order, and what it can say of what it did not.</summary>
public sealed class FrameOutboxTests
{
    private const int Frame = PeerProtocol.FrameBytesMax;

    [Fact]
    public async Task Small_messages_go_between_the_pieces_of_large_ones()
    {
        using var outbox = new FrameOutbox(long.MaxValue);
        outbox.Send(Header(1), new byte[20 * Frame]);
        outbox.Send(Header(2), new byte[20 * Frame]);
        outbox.Send(Header(3), new byte[10]);
        outbox.End(new FrameHeader(FrameKind.Goodbye, FrameFlags.Whole, 0, 0, 0), default);
        Assert.Equal([1, 2, 3, 0], (await WrittenAsync(outbox)).Select(frame => (int)frame.Id)); // At the end the rest of them is not sent.

        using var other = new FrameOutbox(long.MaxValue);
        var output = new Gated();
        other.Send(Header(1), new byte[20 * Frame]);
        other.Send(Header(2), new byte[20 * Frame]);
        var pump = other.PumpAsync(output, new PeerTraffic(), CancellationToken.None);
        await output.WriteBegun;
        other.Send(Header(3), new byte[10]);
        output.Open();
        while (other.QueuedBytes > 0)
        {
            await Task.Yield();
        }

        other.End(new FrameHeader(FrameKind.Goodbye, FrameFlags.Whole, 0, 0, 0), default);
        await pump;
        var order = Frames(output.Written).Select(frame => (int)frame.Id).ToArray();
        Assert.InRange(Array.IndexOf(order, 3), 2, 12);
        Assert.Equal(20, order.Count(id => id == 1));
        Assert.Equal(20, order.Count(id => id == 2));
        Assert.InRange(Array.LastIndexOf(order, 1) - Array.LastIndexOf(order, 2), -2, 2); // In turns to the end.
    }

    [Fact]
    public async Task What_was_never_taken_is_known_not_to_have_been_sent()
    {
        using var outbox = new FrameOutbox(long.MaxValue);
        var output = new Gated();
        var pump = outbox.PumpAsync(output, new PeerTraffic(), CancellationToken.None);
        var taken = new OutboxMark();
        var waiting = new OutboxMark();
        outbox.Send(Header(1), new byte[10], mark: taken);
        await output.WriteBegun;
        outbox.Send(Header(2), new byte[10], mark: waiting);
        outbox.Close();
        output.Open();
        await pump;

        Assert.True(outbox.WasTaken(taken));
        Assert.False(outbox.WasTaken(waiting));
        Assert.False(outbox.WasTaken(new OutboxMark()));
        Assert.Equal(SendResult.Closed, outbox.Send(Header(3), default));
        Assert.Equal([1], Frames(output.Written).Select(frame => (int)frame.Id));
    }

    [Fact]
    public async Task Requests_beyond_the_bound_are_not_taken_and_answers_are()
    {
        using var outbox = new FrameOutbox(1000);
        Assert.Equal(SendResult.Queued, outbox.Send(Header(1), new byte[900], mark: new OutboxMark()));
        Assert.Equal(SendResult.Full, outbox.Send(Header(2), new byte[200], mark: new OutboxMark()));
        Assert.Equal(SendResult.Queued, outbox.Send(Header(3), new byte[200]));
        var room = outbox.WaitForRoomAsync(CancellationToken.None).AsTask();
        Assert.False(room.IsCompleted);
        outbox.End(new FrameHeader(FrameKind.Goodbye, FrameFlags.Whole, 0, 0, 0), default);
        Assert.Equal([1, 3, 0], (await WrittenAsync(outbox)).Select(frame => (int)frame.Id));
        await room;
    }

    [Fact]
    public async Task The_rest_of_a_message_that_is_given_up_is_not_sent_and_its_memory_is_given_back()
    {
        using var outbox = new FrameOutbox(long.MaxValue);
        var owner = new Owner();
        outbox.Send(Header(1), new byte[10 * Frame], owner);
        Assert.False(owner.IsDisposed);
        outbox.Abandon(1);
        Assert.True(owner.IsDisposed);
        outbox.End(new FrameHeader(FrameKind.Goodbye, FrameFlags.Whole, 0, 0, 0), default);
        Assert.Equal([FrameFlags.First, FrameFlags.Whole], (await WrittenAsync(outbox)).Select(frame => frame.Flags));
        Assert.Equal(0, outbox.QueuedBytes);
    }

    private static FrameHeader Header(ulong id) => new(FrameKind.Request, FrameFlags.Whole, id, 0, 0);

    private static async Task<FrameHeader[]> WrittenAsync(FrameOutbox outbox)
    {
        var output = new MemoryStream();
        await outbox.PumpAsync(output, new PeerTraffic(), CancellationToken.None);
        return Frames(output.ToArray());
    }

    private static FrameHeader[] Frames(byte[] bytes)
    {
        var reader = new FrameReader(Frame, int.MaxValue);
        var buffer = new ReadOnlySequence<byte>(bytes);
        var frames = new List<FrameHeader>();
        while (reader.TryRead(ref buffer, out var header, out _, out _) == FrameReadResult.Complete)
        {
            frames.Add(header);
        }

        Assert.True(buffer.IsEmpty);
        return [.. frames];
    }

    private sealed class Owner : IDisposable
    {
        internal bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>A socket whose first write waits.</summary>
    private sealed class Gated : MemoryStream
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task WriteBegun => _begun.Task;

        internal byte[] Written => ToArray();

        internal void Open() => _open.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _begun.TrySetResult();
            await _open.Task;
            Write(buffer.Span);
        }
    }
}
