using System.Buffers;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Frames are taken however they are cut, and what breaks a rule is rejected by its header alone.</summary>
public sealed class FrameReaderTests
{
    private static readonly FrameReader s_reader = new(1000, 100_000);

    public static TheoryData<string, FrameKind2, byte, int, uint> Hostile => new()
    {
        { "too long for a frame", FrameKind2.Request, 3, 1001, 1001 },
        { "as long as can be", FrameKind2.Request, 3, -1, uint.MaxValue },
        { "too long for a message", FrameKind2.Request, 1, 1000, 100_001 },
        { "longer than its message", FrameKind2.Request, 1, 20, 10 },
        { "whole, and not all of it", FrameKind2.Reply, 3, 10, 20 },
        { "empty, amid a message", FrameKind2.Item, 0, 0, 20 },
        { "unknown flags", FrameKind2.Item, 7, 10, 10 },
        { "unknown kind", (FrameKind2)14, 3, 0, 0 },
        { "kind zero", 0, 3, 0, 0 },
        { "a ping that carries something", FrameKind2.Ping, 3, 1, 1 },
        { "a goodbye in pieces", FrameKind2.Goodbye, 1, 10, 20 },
    };

    /// <summary>The kinds by their numbers on the wire: they stay as they are.</summary>
    public enum FrameKind2 : byte
    {
        Request = 2,
        Reply = 6,
        Item = 7,
        Ping = 11,
        Goodbye = 13,
    }

    [Fact]
    public void A_header_comes_back_as_it_was_written()
    {
        var header = new FrameHeader(FrameKind.Open, FrameFlags.Whole, ulong.MaxValue - 5, 70_000, 999, uint.MaxValue, PeerRequestKind.Counters, int.MinValue);
        var bytes = new byte[FrameHeader.Size];
        header.Write(bytes);
        Assert.Equal(header, FrameHeader.Read(bytes));
    }

    [Fact]
    public void Frames_are_taken_one_byte_at_a_time()
    {
        var sent = new List<(FrameHeader, byte[])>
        {
            (new FrameHeader(FrameKind.Request, FrameFlags.Whole, 1, 3, 3, 500, PeerRequestKind.EntityMessage, 7), [1, 2, 3]),
            (new FrameHeader(FrameKind.Ping, FrameFlags.Whole, 0, 0, 0), []),
            (new FrameHeader(FrameKind.Item, FrameFlags.First, 2, 1500, 1000), new byte[1000]),
            (new FrameHeader(FrameKind.Item, FrameFlags.Last, 2, 1500, 500), new byte[500]),
        };
        var wire = sent.SelectMany(frame => Bytes(frame.Item1, frame.Item2)).ToArray();
        var received = new List<(FrameHeader, byte[])>();
        var taken = 0;
        for (var end = 1; end <= wire.Length; end++)
        {
            var buffer = Pieces(wire.AsMemory(taken..end), 1);
            while (s_reader.TryRead(ref buffer, out var header, out var payload, out _) == FrameReadResult.Complete)
            {
                received.Add((header, payload.ToArray()));
                taken += FrameHeader.Size + header.Length;
            }
        }

        Assert.Equal(sent.Select(frame => frame.Item1), received.Select(frame => frame.Item1));
        Assert.Equal(sent.SelectMany(frame => frame.Item2), received.SelectMany(frame => frame.Item2));
        Assert.Equal(wire.Length, taken);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_header_that_breaks_a_rule_is_rejected_without_its_payload(string what, FrameKind2 kind, byte flags, int length, uint total)
    {
        var bytes = new byte[FrameHeader.Size];
        new FrameHeader((FrameKind)kind, (FrameFlags)flags, 1, total, length).Write(bytes);
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(s_reader.TryRead(ref buffer, out _, out _, out var fault) == FrameReadResult.Rejected, what);
        Assert.NotNull(fault);
        Assert.Equal(FrameHeader.Size, buffer.Length);
    }

    [Fact]
    public void A_reserved_byte_is_rejected()
    {
        var bytes = Bytes(new FrameHeader(FrameKind.Ping, FrameFlags.Whole, 0, 0, 0), []);
        bytes[7] = 1;
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.Equal(FrameReadResult.Rejected, s_reader.TryRead(ref buffer, out _, out _, out _));
    }

    [Fact]
    public void Pieces_that_do_not_fit_their_message_are_refused()
    {
        var first = new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 30, 10);
        var piece = new ReadOnlySequence<byte>(new byte[10]);
        var message = new MessageAssembly(first);
        Assert.False(message.Add(first, piece));
        Assert.Throws<FrameException>(() => message.Add(first with { Flags = FrameFlags.Last }, piece)); // Too soon.
        Assert.Throws<FrameException>(() => message.Add(first with { Total = 31, Flags = FrameFlags.None }, piece));
        Assert.Throws<FrameException>(() => message.Add(first with { Kind = FrameKind.Reply, Flags = FrameFlags.None }, piece));
        Assert.False(message.Add(first with { Flags = FrameFlags.None }, piece));
        Assert.Throws<FrameException>(() => message.Add(first with { Flags = FrameFlags.None }, piece)); // Complete, and does not say so.
        Assert.True(message.Add(first with { Flags = FrameFlags.Last }, piece));
        Assert.Equal(30, message.Bytes.Length);
    }

    private static byte[] Bytes(FrameHeader header, byte[] payload)
    {
        var bytes = new byte[FrameHeader.Size + payload.Length];
        header.Write(bytes);
        payload.CopyTo(bytes, FrameHeader.Size);
        return bytes;
    }

    private static ReadOnlySequence<byte> Pieces(ReadOnlyMemory<byte> bytes, int size)
    {
        var first = new Piece(bytes[..Math.Min(size, bytes.Length)], 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size)
        {
            last = last.Then(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        internal Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
