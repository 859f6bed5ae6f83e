using System.Buffers;

namespace MailCluster.Cluster.Peers.Wire;

/// <summary>How an attempt to read a frame ended.</summary>
internal enum FrameReadResult
{
    Complete,
    NeedMore,
    Rejected,
}

/// <summary>
/// Takes frames from what a peer sends. Pure. A header is checked as soon as it is there: what breaks a limit is rejected before its payload is waited for,
/// let alone buffered.
/// </summary>
internal readonly struct FrameReader(int frameBytesMax, uint messageBytesMax)
{
    /// <summary>Hello, Goodbye, Failure and Refused: names and a sentence.</summary>
    internal const int ControlBytesMax = 4096;

    /// <summary>Takes one frame off the front of <paramref name="buffer"/>; leaves it as it is when the frame is not complete or not allowed.</summary>
    internal FrameReadResult TryRead(ref ReadOnlySequence<byte> buffer, out FrameHeader header, out ReadOnlySequence<byte> payload, out string? fault)
    {
        header = default;
        payload = default;
        fault = null;
        if (buffer.Length < FrameHeader.Size)
        {
            return FrameReadResult.NeedMore;
        }

        Span<byte> copy = stackalloc byte[FrameHeader.Size];
        scoped var first = buffer.FirstSpan;
        if (first.Length < FrameHeader.Size)
        {
            buffer.Slice(0, FrameHeader.Size).CopyTo(copy);
            first = copy;
        }

        header = FrameHeader.Read(first);
        fault = first[7] != 0 ? "a reserved byte is set" : Check(header);
        if (fault is not null)
        {
            return FrameReadResult.Rejected;
        }

        if (buffer.Length - FrameHeader.Size < header.Length)
        {
            return FrameReadResult.NeedMore;
        }

        payload = buffer.Slice(FrameHeader.Size, header.Length);
        buffer = buffer.Slice(payload.End);
        return FrameReadResult.Complete;
    }

    private string? Check(in FrameHeader header)
    {
        if ((uint)header.Length > (uint)frameBytesMax)
        {
            return $"a frame of {(uint)header.Length} bytes; {frameBytesMax} are allowed";
        }

        switch (header.Kind)
        {
            case FrameKind.Request or FrameKind.Open or FrameKind.Reply or FrameKind.Item:
                return CheckMessage(header);
            case FrameKind.Hello or FrameKind.Goodbye or FrameKind.Failure or FrameKind.Refused:
                return header.Flags != FrameFlags.Whole || header.Length > ControlBytesMax ? $"a {header.Kind} frame of {header.Length} bytes" : null;
            case FrameKind.Cancel or FrameKind.Credit or FrameKind.End or FrameKind.Ping or FrameKind.Pong:
                return header.Flags != FrameFlags.Whole || header.Length != 0 ? $"a {header.Kind} frame with a payload" : null;
            default:
                return $"a frame of the unknown kind {(byte)header.Kind}";
        }
    }

    private string? CheckMessage(in FrameHeader header)
    {
        if ((header.Flags & ~FrameFlags.Whole) != 0)
        {
            return $"a frame with the unknown flags {(byte)header.Flags}";
        }

        if (header.Total > messageBytesMax)
        {
            return $"a message of {header.Total} bytes; {messageBytesMax} are allowed";
        }

        if ((uint)header.Length > header.Total || (header.Flags == FrameFlags.Whole && header.Length != header.Total))
        {
            return $"a frame of {header.Length} bytes in a message of {header.Total}";
        }

        // Else a message could go on without end, one empty frame after the other.
        return header.Length == 0 && header.Flags != FrameFlags.Whole ? "an empty frame amid a message" : null;
    }
}
