using System.Buffers;

namespace MailCluster.Mime;

/// <summary>
/// Decodes quoted-printable (RFC 2045 §6.7) piece by piece. White space at the end of a line is transport padding and goes; an equals sign
/// that begins no code and ends no line stays as it is.
/// </summary>
internal struct QuotedPrintableState
{
    /// <summary>White space held back in case the line ends behind it. A longer run is content.</summary>
    private const int HeldMax = 4096;

    private ByteBuffer? _held;

    /// <summary>Begins a new body; the buffer stays.</summary>
    public readonly void Reset() => _held?.Clear();

    public void Decode(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        if (_held is { Length: > 0 } held)
        {
            // What was held back goes before the new bytes; that is rare and short.
            held.Append(encoded);
            var joined = held.ToArray();
            held.Clear();
            encoded = joined;
        }

        while (!encoded.IsEmpty)
        {
            var end = encoded.IndexOf((byte)'\n');
            if (end < 0)
            {
                var keep = Unfinished(encoded);
                Line(encoded[..^keep], output);
                if (keep > 0)
                    (_held ??= new ByteBuffer()).Append(encoded[^keep..]);
                return;
            }

            var length = end;
            if (length > 0 && encoded[length - 1] == '\r')
                length--;
            var content = encoded[..length].TrimEnd(" \t"u8);
            if (!content.IsEmpty && content[^1] == '=')
            {
                Line(content[..^1], output);
            }
            else
            {
                Line(content, output);
                output.Write(encoded[length..(end + 1)]);
            }

            encoded = encoded[(end + 1)..];
        }
    }

    public void Complete(IBufferWriter<byte> output)
    {
        if (_held is not { Length: > 0 } held)
            return;
        var content = held.Written.TrimEnd(" \t\r"u8);
        if (!content.IsEmpty && content[^1] == '=')
            content = content[..^1];
        Line(content, output);
        held.Clear();
    }

    /// <summary>How many bytes at the end of a piece mean nothing before the next piece is known.</summary>
    private static int Unfinished(ReadOnlySpan<byte> piece)
    {
        var content = piece.TrimEnd(" \t\r"u8);
        var keep = piece.Length - content.Length;
        if (!content.IsEmpty && content[^1] == '=')
            keep++;
        else if (keep == 0 && content.Length >= 2 && content[^2] == '=')
            keep = 2;
        return keep > HeldMax ? 0 : keep;
    }

    private static void Line(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(Math.Max(line.Length, 1));
        var written = 0;
        while (true)
        {
            var i = line.IndexOf((byte)'=');
            var run = i < 0 ? line : line[..i];
            run.CopyTo(span[written..]);
            written += run.Length;
            if (i < 0)
                break;
            line = line[i..];
            int high, low;
            if (line.Length >= 3 && (high = Ascii.Hex(line[1])) >= 0 && (low = Ascii.Hex(line[2])) >= 0)
            {
                span[written++] = (byte)(high << 4 | low);
                line = line[3..];
            }
            else
            {
                span[written++] = (byte)'=';
                line = line[1..];
            }
        }

        output.Advance(written);
    }
}
