using System.Buffers;

namespace MailCluster.Edge.Wire;

/// <summary>What a look at the input for a line found.</summary>
public enum LineStatus
{
    /// <summary>A whole line.</summary>
    Complete,

    /// <summary>The line has not ended yet.</summary>
    NeedMore,

    /// <summary>The line is longer than it may be; it may or may not have ended yet.</summary>
    TooLong,

    /// <summary>The line holds a bare CR or NUL, or ends in a bare LF that the protocol does not take: not a command.</summary>
    Malformed,
}

/// <summary>Cuts command lines out of the input, for protocols whose commands are one line each. Pure.</summary>
public static class LineReader
{
    /// <summary>Looks for one line.</summary>
    /// <param name="input">What has come so far.</param>
    /// <param name="lineBytesMax">The longest line, its end included.</param>
    /// <param name="takesBareLf">Whether a bare LF ends a line too, as people at a terminal send it; else such a line is malformed (RFC 5321 §2.3.8).</param>
    /// <param name="line">Without its end; for <see cref="LineStatus.Complete"/> only.</param>
    /// <param name="consumed">
    /// Where the input goes on: after the line, whatever is wrong with it; for a too long one that has not ended, after all of it.
    /// </param>
    public static LineStatus TryRead(
        in ReadOnlySequence<byte> input, int lineBytesMax, bool takesBareLf, out ReadOnlySequence<byte> line, out SequencePosition consumed)
    {
        line = default;
        if (input.PositionOf((byte)'\n') is not { } end)
        {
            var tooLong = input.Length >= lineBytesMax;
            consumed = tooLong ? input.End : input.Start;
            return tooLong ? LineStatus.TooLong : LineStatus.NeedMore;
        }

        consumed = input.GetPosition(1, end);
        line = input.Slice(0, end);
        if (line.Length + 1 > lineBytesMax)
            return LineStatus.TooLong;
        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == (byte)'\r')
            line = line.Slice(0, line.Length - 1);
        else if (!takesBareLf)
            return LineStatus.Malformed;
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAny((byte)'\r', (byte)0))
                return LineStatus.Malformed;
        }

        return LineStatus.Complete;
    }
}
