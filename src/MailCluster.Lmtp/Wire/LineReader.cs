using System.Buffers;

namespace MailCluster.Lmtp.Wire;

/// <summary>What a look at the input for a command line found.</summary>
internal enum LineStatus
{
    /// <summary>A whole line.</summary>
    Complete,

    /// <summary>The line has not ended yet.</summary>
    NeedMore,

    /// <summary>The line is longer than it may be; it may or may not have ended yet.</summary>
    TooLong,

    /// <summary>The line ends in a bare LF or holds a bare CR or NUL (RFC 5321 §2.3.8): not a command.</summary>
    Malformed,
}

/// <summary>Cuts command lines out of the input. Pure.</summary>
internal static class LineReader
{
    /// <summary>
    /// Looks for one line. <paramref name="line"/> is without its CRLF, for <see cref="LineStatus.Complete"/> only. <paramref name="consumed"/> is where the
    /// input goes on: after the line, whatever is wrong with it; for a too long one that has not ended, after all of it.
    /// </summary>
    public static LineStatus TryRead(
        in ReadOnlySequence<byte> input, int lineBytesMax, out ReadOnlySequence<byte> line, out SequencePosition consumed)
    {
        line = default;
        if (input.PositionOf((byte)'\n') is not { } end)
        {
            var tooLong = input.Length >= lineBytesMax;
            consumed = tooLong ? input.End : input.Start;
            return tooLong ? LineStatus.TooLong : LineStatus.NeedMore;
        }

        consumed = input.GetPosition(1, end);
        var whole = input.Slice(0, end);
        if (whole.Length + 1 > lineBytesMax)
            return LineStatus.TooLong;
        if (whole.IsEmpty || whole.Slice(whole.Length - 1).FirstSpan[0] != (byte)'\r')
            return LineStatus.Malformed;
        line = whole.Slice(0, whole.Length - 1);
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAny((byte)'\r', (byte)0))
                return LineStatus.Malformed;
        }

        return LineStatus.Complete;
    }
}
