using System.Buffers;
using System.Text;

namespace MailCluster.Imap.Wire;

/// <summary>
/// The encoding of IMAP4rev1 mailbox names (RFC 3501 §5.1.3): printable ASCII stands for itself, <c>&amp;</c> is <c>&amp;-</c>, all else is
/// UTF-16 in big-endian order, in base64 with <c>,</c> for <c>/</c> and without padding, between <c>&amp;</c> and <c>-</c>. Every name has
/// exactly one encoding; others are refused, so that two spellings never name one folder.
/// </summary>
internal static class ModifiedUtf7
{
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

    /// <summary>Decodes ASCII bytes; false if they are not a canonical encoding.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out string name)
    {
        if (encoded.IndexOf((byte)'&') < 0)
        {
            name = Encoding.ASCII.GetString(encoded);
            return Ascii.IsValid(encoded);
        }

        var text = new StringBuilder(encoded.Length);
        name = "";
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] >= 0x80)
                return false;
            if (encoded[i] != '&')
            {
                text.Append((char)encoded[i]);
                continue;
            }

            var end = encoded[i..].IndexOf((byte)'-');
            if (end < 0)
                return false;
            if (end == 1)
                text.Append('&');
            else if (!TryDecodeRun(encoded.Slice(i + 1, end - 1), text))
                return false;
            i += end;
            // Two runs side by side could have been one.
            if (end > 1 && i + 2 < encoded.Length && encoded[i + 1] == '&' && encoded[i + 2] != '-')
                return false;
        }

        name = text.ToString();
        return true;
    }

    /// <summary>Writes the encoded name.</summary>
    public static void Encode(string name, IBufferWriter<byte> output)
    {
        // Three base64 characters and two for the run's ends are the most that one UTF-16 unit takes.
        var span = output.GetSpan((name.Length * 5) + 1);
        output.Advance(Encode(name, span));
    }

    /// <summary>
    /// Writes the encoded name; <paramref name="output"/> holds at least five times its length. Returns the bytes written.
    /// </summary>
    public static int Encode(string name, Span<byte> output)
    {
        var written = 0;
        for (var i = 0; i < name.Length;)
        {
            if (IsDirect(name[i]))
            {
                output[written++] = (byte)name[i];
                if (name[i++] == '&')
                    output[written++] = (byte)'-';
                continue;
            }

            output[written++] = (byte)'&';
            uint bits = 0;
            var count = 0;
            for (; i < name.Length && !IsDirect(name[i]); i++)
            {
                bits = (bits << 16) | name[i];
                for (count += 16; count >= 6; count -= 6)
                    output[written++] = (byte)Base64[(int)(bits >> (count - 6)) & 63];
            }

            if (count > 0)
                output[written++] = (byte)Base64[(int)(bits << (6 - count)) & 63];
            output[written++] = (byte)'-';
        }

        return written;
    }

    private static bool IsDirect(char c) => c is >= ' ' and <= '~';

    private static bool TryDecodeRun(ReadOnlySpan<byte> run, StringBuilder text)
    {
        uint bits = 0;
        var count = 0;
        var highSurrogate = false;
        foreach (var b in run)
        {
            var value = Base64.IndexOf((char)b, StringComparison.Ordinal);
            if (value < 0)
                return false;
            bits = (bits << 6) | (uint)value;
            count += 6;
            if (count < 16)
                continue;
            count -= 16;
            var c = (char)(bits >> count);
            if (IsDirect(c) || char.IsLowSurrogate(c) != highSurrogate)
                return false;
            highSurrogate = char.IsHighSurrogate(c);
            text.Append(c);
        }

        // What is left are fill bits: fewer than a base64 character holds, and zero.
        return !highSurrogate && count < 6 && (bits & ((1u << count) - 1)) == 0;
    }
}
