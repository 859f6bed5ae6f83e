using System.Buffers;
using System.Buffers.Text;

namespace MailCluster.Mime;

/// <summary>
/// Decodes base64 (RFC 2045 §6.8) piece by piece. Bytes outside the alphabet are skipped; padding ends the data, what mailing lists append behind
/// it is not content. Bits that make no full octet at the end are dropped.
/// </summary>
internal struct Base64State
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private static readonly sbyte[] Values = MakeValues();

    private uint _bits;
    private int _digits;
    private bool _ended;

    public void Decode(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        while (!encoded.IsEmpty && !_ended)
        {
            var line = NextRun(ref encoded);
            if (_digits == 0 && (line.Length & 3) == 0 && !line.IsEmpty)
            {
                var span = output.GetSpan(line.Length / 4 * 3);
                if (Base64.DecodeFromUtf8(line, span, out _, out var written) == OperationStatus.Done && written == line.Length / 4 * 3)
                {
                    output.Advance(written);
                    continue;
                }
            }

            Slow(line, output);
        }
    }

    /// <summary>As <see cref="Decode"/>, but only counts the octets.</summary>
    public long Count(ReadOnlySpan<byte> encoded)
    {
        long digits = _digits;
        while (!encoded.IsEmpty && !_ended)
        {
            var line = NextRun(ref encoded);
            while (!line.IsEmpty)
            {
                var other = line.IndexOfAnyExcept(Alphabet);
                if (other < 0)
                {
                    digits += line.Length;
                    break;
                }

                digits += other;
                if (line[other] == '=' && (digits & 3) >= 2)
                {
                    _ended = true;
                    break;
                }

                line = line[(other + 1)..];
            }
        }

        _digits = 0;
        return (digits / 4 * 3) + Math.Max(0, (digits & 3L) - 1);
    }

    /// <summary>The octets of digits that padding did not complete.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (!_ended)
            Flush(output);
    }

    /// <summary>A line, or a piece of one that is long: what is decoded in one go.</summary>
    private static ReadOnlySpan<byte> NextRun(ref ReadOnlySpan<byte> encoded)
    {
        const int PieceMax = 16 * 1024; // a multiple of 4, so that a body of one line stays on the fast way
        var piece = encoded.Length > PieceMax ? encoded[..PieceMax] : encoded;
        var end = piece.IndexOf((byte)'\n');
        var line = end < 0 ? piece : piece[..end];
        encoded = encoded[(end < 0 ? piece.Length : end + 1)..];
        return !line.IsEmpty && line[^1] == '\r' ? line[..^1] : line;
    }

    private void Slow(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        var span = output.GetSpan((line.Length / 4 * 3) + 3);
        var written = 0;
        foreach (var b in line)
        {
            var value = Values[b];
            if (value >= 0)
            {
                _bits = (_bits << 6) | (byte)value;
                if (++_digits == 4)
                {
                    span[written++] = (byte)(_bits >> 16);
                    span[written++] = (byte)(_bits >> 8);
                    span[written++] = (byte)_bits;
                    _digits = 0;
                }
            }
            else if (b == '=' && _digits >= 2)
            {
                output.Advance(written);
                Flush(output);
                _ended = true;
                return;
            }
        }

        output.Advance(written);
    }

    private void Flush(IBufferWriter<byte> output)
    {
        if (_digits >= 2)
        {
            var span = output.GetSpan(2);
            var bits = _bits << (6 * (4 - _digits));
            span[0] = (byte)(bits >> 16);
            span[1] = (byte)(bits >> 8);
            output.Advance(_digits - 1);
        }

        _digits = 0;
    }

    private static sbyte[] MakeValues()
    {
        var values = new sbyte[256];
        Array.Fill(values, (sbyte)-1);
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (var i = 0; i < alphabet.Length; i++)
            values[alphabet[i]] = (sbyte)i;
        return values;
    }
}
