using System.Buffers;

namespace MailCluster.Mime;

/// <summary>Decodes uuencode line by line: from the <c>begin</c> line to the <c>end</c> line. Without a begin line nothing is content.</summary>
internal struct UuState
{
    private ByteBuffer? _line;
    private bool _begun;
    private bool _ended;

    /// <summary>Begins a new body; the buffer stays.</summary>
    public void Reset()
    {
        _line?.Clear();
        _begun = _ended = false;
    }

    public void Decode(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        while (!encoded.IsEmpty && !_ended)
        {
            var end = encoded.IndexOf((byte)'\n');
            if (end < 0)
            {
                // A line of uuencode has 62 bytes; a longer one is none, so little of it needs to be kept.
                _line ??= new ByteBuffer();
                if (_line.Length < 1024)
                    _line.Append(encoded);
                return;
            }

            if (_line is { Length: > 0 } held)
            {
                held.Append(encoded[..end]);
                Line(held.Written, output);
                held.Clear();
            }
            else
            {
                Line(encoded[..end], output);
            }

            encoded = encoded[(end + 1)..];
        }
    }

    public void Complete(IBufferWriter<byte> output)
    {
        if (_line is { Length: > 0 } held && !_ended)
            Line(held.Written, output);
        _line?.Clear();
    }

    private void Line(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        line = line.TrimEnd("\r"u8);
        if (!_begun)
        {
            _begun = line.StartsWith("begin "u8);
            return;
        }

        if (line.SequenceEqual("end"u8))
        {
            _ended = true;
            return;
        }

        if (line.IsEmpty)
            return;
        var length = (line[0] - ' ') & 63;
        var span = output.GetSpan(length + 3);
        var written = 0;
        for (var i = 1; written < length; i += 4)
        {
            var bits = (Digit(line, i) << 18) | (Digit(line, i + 1) << 12) | (Digit(line, i + 2) << 6) | Digit(line, i + 3);
            span[written++] = (byte)(bits >> 16);
            span[written++] = (byte)(bits >> 8);
            span[written++] = (byte)bits;
        }

        output.Advance(length);
    }

    private static int Digit(ReadOnlySpan<byte> line, int i) => i < line.Length ? (line[i] - ' ') & 63 : 0;
}
