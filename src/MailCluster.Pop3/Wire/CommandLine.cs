using System.Buffers;

namespace MailCluster.Pop3.Wire;

/// <summary>What a look at the input for a line found.</summary>
internal enum LineStatus
{
    /// <summary>A whole line.</summary>
    Complete,

    /// <summary>The line has not ended yet.</summary>
    NeedMore,

    /// <summary>The line is longer than it may be; it may or may not have ended yet.</summary>
    TooLong,

    /// <summary>The line holds a bare CR or NUL: not a command.</summary>
    Malformed,
}

/// <summary>Cuts lines out of the input, and lines into keyword and arguments (RFC 2449 §4). Pure.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Looks for one line that ends with CRLF, or with a bare LF, which people at a terminal send. <paramref name="line"/> is without its end, for
    /// <see cref="LineStatus.Complete"/> only. <paramref name="consumed"/> is where the input goes on: after the line, whatever is wrong with it; for a too long one
    /// that has not ended, after all of it.
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
        line = input.Slice(0, end);
        if (line.Length + 1 > lineBytesMax)
            return LineStatus.TooLong;
        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == (byte)'\r')
            line = line.Slice(0, line.Length - 1);
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAny((byte)'\r', (byte)0))
                return LineStatus.Malformed;
        }

        return LineStatus.Complete;
    }

    /// <summary>The keyword, and what follows it and one space.</summary>
    public static (ReadOnlyMemory<byte> Keyword, ReadOnlyMemory<byte> Arguments) Split(ReadOnlyMemory<byte> line)
    {
        var end = line.Span.IndexOf((byte)' ');
        return end < 0 ? (line, default) : (line[..end], line[(end + 1)..]);
    }
}
