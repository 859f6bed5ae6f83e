using System.Text;

namespace MailCluster.Mime;

/// <summary>Decodes UTF-7 (RFC 2152), which some old mail is in. The runtime's decoder is obsolete; reading it in mail bodies is harmless.</summary>
internal static class Utf7
{
    public static void Append(ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        while (!bytes.IsEmpty)
        {
            var plus = bytes.IndexOf((byte)'+');
            MailCharset.AppendGuess(plus < 0 ? bytes : bytes[..plus], into);
            if (plus < 0)
                return;
            bytes = bytes[(plus + 1)..];
            if (!bytes.IsEmpty && bytes[0] == '-')
            {
                into.Append((byte)'+');
                bytes = bytes[1..];
                continue;
            }

            var length = 0;
            while (length < bytes.Length && Digit(bytes[length]) >= 0)
                length++;
            Run(bytes[..length], into);
            bytes = bytes[length..];
            if (!bytes.IsEmpty && bytes[0] == '-')
                bytes = bytes[1..];
        }
    }

    private static void Run(ReadOnlySpan<byte> digits, ByteBuffer into)
    {
        uint bits = 0;
        var count = 0;
        var high = '\0';
        foreach (var b in digits)
        {
            bits = (bits << 6) | (uint)Digit(b);
            count += 6;
            if (count < 16)
                continue;
            count -= 16;
            var unit = (char)(bits >> count);
            bits &= (1u << count) - 1;
            if (char.IsHighSurrogate(unit))
            {
                high = unit;
                continue;
            }

            var rune = Rune.TryCreate(high, unit, out var pair) ? pair : Rune.TryCreate(unit, out var single) ? single : Rune.ReplacementChar;
            high = '\0';
            into.Advance(rune.EncodeToUtf8(into.GetSpan(4)));
        }
    }

    private static int Digit(byte b) => b switch
    {
        >= (byte)'A' and <= (byte)'Z' => b - 'A',
        >= (byte)'a' and <= (byte)'z' => b - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => b - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
