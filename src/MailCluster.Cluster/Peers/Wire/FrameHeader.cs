using System.Buffers.Binary;

namespace MailCluster.Cluster.Peers.Wire;

/// <summary>What a frame is. On the wire: numbers stay.</summary>
internal enum FrameKind : byte
{
    /// <summary>Who speaks; the first frame in either direction.</summary>
    Hello = 1,

    /// <summary>Asker → peer: a request, with the time that is left in <see cref="FrameHeader.Argument"/> (ms, 0: no end) and its lane.</summary>
    Request = 2,

    /// <summary>Asker → peer: a request for a stream, with the first credit in <see cref="FrameHeader.Argument"/> (bytes) and its lane.</summary>
    Open = 3,

    /// <summary>Asker → peer: nobody waits for this request or stream any more.</summary>
    Cancel = 4,

    /// <summary>Asker → peer: so many more bytes of the stream may come (<see cref="FrameHeader.Argument"/>).</summary>
    Credit = 5,

    /// <summary>Peer → asker: the answer.</summary>
    Reply = 6,

    /// <summary>Peer → asker: one item of a stream.</summary>
    Item = 7,

    /// <summary>Peer → asker: the stream is at its end.</summary>
    End = 8,

    /// <summary>Peer → asker: the handler failed.</summary>
    Failure = 9,

    /// <summary>Peer → asker: the request was not taken; certainly not carried out.</summary>
    Refused = 10,

    /// <summary>Are you there?</summary>
    Ping = 11,

    /// <summary>Yes.</summary>
    Pong = 12,

    /// <summary>Why the sender ends the connection; its last frame.</summary>
    Goodbye = 13,
}

[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>The first frame of its message.</summary>
    First = 1,

    /// <summary>The last frame of its message.</summary>
    Last = 2,

    /// <summary>The only one.</summary>
    Whole = First | Last,
}

/// <summary>
/// What stands before each frame's payload: 28 bytes, big-endian.
/// <code>
///  0  length of the payload      u32
///  4  kind                       u8
///  5  flags                      u8
///  6  kind of the request        u8   (Request, Open)
///  7  zero                       u8
///  8  request id                 u64  (chosen by the asker, never used twice on a connection; 0 when it is about no request)
/// 16  length of the message      u32  (all of its frames; in each of them)
/// 20  argument                   u32  (see <see cref="FrameKind"/>)
/// 24  lane                       i32  (Request, Open)
/// </code>
/// </summary>
internal readonly record struct FrameHeader(
    FrameKind Kind, FrameFlags Flags, ulong Id, uint Total, int Length, uint Argument = 0, PeerRequestKind Request = 0, int Lane = 0)
{
    internal const int Size = 28;

    internal bool IsFirst => (Flags & FrameFlags.First) != 0;

    internal bool IsLast => (Flags & FrameFlags.Last) != 0;

    internal static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        (FrameKind)source[4],
        (FrameFlags)source[5],
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
        // A length past int.MaxValue comes out negative, which no limit allows.
        BinaryPrimitives.ReadInt32BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
        (PeerRequestKind)source[6],
        BinaryPrimitives.ReadInt32BigEndian(source[24..]));

    internal void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, Length);
        target[4] = (byte)Kind;
        target[5] = (byte)Flags;
        target[6] = (byte)Request;
        target[7] = 0;
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], Id);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], Total);
        BinaryPrimitives.WriteUInt32BigEndian(target[20..], Argument);
        BinaryPrimitives.WriteInt32BigEndian(target[24..], Lane);
    }
}
