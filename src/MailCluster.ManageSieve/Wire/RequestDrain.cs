using System.Buffers;

namespace MailCluster.ManageSieve.Wire;

/// <summary>What to do next to get past a request that is refused.</summary>
internal enum DrainStatus
{
    /// <summary>It is over: the input goes on with the next request.</summary>
    Done,

    /// <summary>Its line has not ended yet.</summary>
    NeedMore,

    /// <summary>A literal follows; skip it and go on.</summary>
    Literal,
}

/// <summary>
/// Finds the end of a request that is refused. The client sends all of it, literals too, before it looks at the answer; what stands in a literal must never be
/// taken for a request. A line goes on behind a literal exactly if it ends in the literal's marker: no other token can end in <c>+}</c> and a line end, since
/// quoted strings hold none. Pure.
/// </summary>
internal static class RequestDrain
{
    /// <summary><c>{4294967295+}</c> and CRLF.</summary>
    private const int MarkerBytesMax = 15;

    /// <param name="input">The rest of the refused request, from where it went wrong.</param>
    /// <param name="literal">Bytes of the literal to skip.</param>
    /// <param name="consumed">Where the input goes on; behind the marker for a literal.</param>
    public static DrainStatus TryFinish(in ReadOnlySequence<byte> input, out uint literal, out SequencePosition consumed)
    {
        literal = 0;
        if (input.PositionOf((byte)'\n') is not { } end)
        {
            // Only what may be the beginning of a marker has to stay.
            consumed = input.Length <= MarkerBytesMax ? input.Start : input.GetPosition(input.Length - MarkerBytesMax);
            return DrainStatus.NeedMore;
        }

        consumed = input.GetPosition(1, end);
        var line = input.Slice(0, consumed);
        return TryReadMarker(line.Length <= MarkerBytesMax ? line : line.Slice(line.Length - MarkerBytesMax), out literal)
            ? DrainStatus.Literal
            : DrainStatus.Done;
    }

    private static bool TryReadMarker(in ReadOnlySequence<byte> tail, out uint literal)
    {
        literal = 0;
        Span<byte> bytes = stackalloc byte[MarkerBytesMax];
        tail.CopyTo(bytes);
        bytes = bytes[..(int)tail.Length];
        if (bytes is not [.., (byte)'+', (byte)'}', (byte)'\r', (byte)'\n'])
            return false;
        var start = bytes.LastIndexOf((byte)'{');
        if (start < 0 || !System.Buffers.Text.Utf8Parser.TryParse(bytes[(start + 1)..^4], out uint length, out var read) || read != bytes.Length - start - 5)
            return false;
        literal = length;
        return true;
    }
}
