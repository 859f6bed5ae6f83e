using System.Text;

namespace MailCluster.Lmtp.Commands;

/// <summary>Small pieces of command lines.</summary>
internal static class CommandText
{
    /// <summary>Takes a keyword, in any case, and spaces after it: RFC 5321 has none there, and clients send one.</summary>
    public static bool TryTakeKeyword(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> keyword)
    {
        if (text.Length < keyword.Length || !Ascii.EqualsIgnoreCase(text[..keyword.Length], keyword))
            return false;
        text = text[keyword.Length..].TrimStart((byte)' ');
        return true;
    }

    /// <summary>Reads digits and nothing else, up to 20 of them; what is past 63 bits becomes the largest number.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.Length is 0 or > 20 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (var digit in digits)
        {
            if (number > (long.MaxValue - 9) / 10)
            {
                number = long.MaxValue;
                return true;
            }

            number = number * 10 + (digit - '0');
        }

        return true;
    }
}
