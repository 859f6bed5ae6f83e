using System.Buffers;
using MailCluster.Mime;

namespace MailCluster.Pop3.Responses;

/// <summary>
/// Turns a stored message, piece by piece, into the lines of a multi-line reply (RFC 1939 §3): a second dot before each dot that begins a line, a CR before
/// each bare LF. Most pieces need neither, which one vectorised look tells; they stay where they were read to.
/// </summary>
internal struct DotStuffer
{
    private byte _last;

    public DotStuffer() => _last = (byte)'\n';

    /// <summary>How many bytes the next piece grows by.</summary>
    public readonly int Growth(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty)
            return 0;
        var dots = piece.Count("\n."u8) + (piece[0] == (byte)'.' && _last == (byte)'\n' ? 1 : 0);
        return dots + LineEnds.CountBare(piece, _last);
    }

    /// <summary>The piece was handed on, as it is or grown.</summary>
    public void Pass(ReadOnlySpan<byte> piece)
    {
        if (!piece.IsEmpty)
            _last = piece[^1];
    }

    /// <summary>Makes the first <paramref name="length"/> bytes of the buffer, the next piece, grow in their place.</summary>
    /// <param name="buffer">Has room for <paramref name="growth"/> bytes more.</param>
    /// <param name="length">Of the piece.</param>
    /// <param name="growth">What <see cref="Growth"/> told.</param>
    public readonly void Expand(Span<byte> buffer, int length, int growth)
    {
        // From the end, so that no byte is overwritten before it has moved; when nothing is left to insert, the rest stands where it belongs.
        var to = length + growth;
        for (var from = length - 1; to > from + 1; from--)
        {
            var b = buffer[from];
            var before = from > 0 ? buffer[from - 1] : _last;
            buffer[--to] = b;
            if (b == (byte)'.' && before == (byte)'\n')
                buffer[--to] = (byte)'.';
            else if (b == (byte)'\n' && before != (byte)'\r')
                buffer[--to] = (byte)'\r';
        }
    }

    /// <summary>Writes the next piece grown, where it cannot grow in its place.</summary>
    public readonly void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        var begin = 0;
        var before = _last;
        for (var at = 0; at < piece.Length; at++)
        {
            var b = piece[at];
            var inserted = b == (byte)'.' && before == (byte)'\n' ? (byte)'.' : b == (byte)'\n' && before != (byte)'\r' ? (byte)'\r' : (byte)0;
            before = b;
            if (inserted == 0)
                continue;
            output.Write(piece[begin..at]);
            output.Write([inserted]);
            begin = at;
        }

        output.Write(piece[begin..]);
    }

    /// <summary>What ends the reply after the last piece: the line's end, if it lacks it, and the dot.</summary>
    public readonly ReadOnlySpan<byte> End => _last switch
    {
        (byte)'\n' => ".\r\n"u8,
        (byte)'\r' => "\n.\r\n"u8,
        _ => "\r\n.\r\n"u8,
    };
}
