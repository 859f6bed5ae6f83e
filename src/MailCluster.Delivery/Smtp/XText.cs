using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MailCluster.Delivery.Smtp;

/// <summary>xtext (RFC 3461 §4): values of parameters, with <c>+HH</c> for octets that cannot stand there.</summary>
public static class XText
{
    /// <summary>Reads xtext. False: it is none, or what it means is no UTF-8 or has control characters, which nothing good is made of.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var octets = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            if (octet == (byte)'+')
            {
                // Upper-case digits only.
                if (i + 2 >= text.Length || !TryReadDigit(text[i + 1], out var high) || !TryReadDigit(text[i + 2], out var low))
                    return false;
                octet = (byte)((high << 4) | low);
                i += 2;
            }
            else if (octet is <= (byte)' ' or 0x7f or (byte)'=')
            {
                return false;
            }

            if (octet is < (byte)' ' or 0x7f)
                return false;
            octets.Write([octet]);
        }

        if (!Utf8.IsValid(octets.WrittenSpan))
            return false;
        decoded = Encoding.UTF8.GetString(octets.WrittenSpan);
        return !decoded.AsSpan().ContainsAnyInRange('\u0080', '\u009f');
    }

    /// <summary>Writes text as xtext; what is not ASCII becomes its octets in UTF-8.</summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is > (byte)' ' and < 0x7f and not (byte)'+' and not (byte)'=')
                encoded.Append((char)octet);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"+{octet:X2}");
        }

        return encoded.ToString();
    }

    private static bool TryReadDigit(byte digit, out int value)
    {
        value = digit switch
        {
            >= (byte)'0' and <= (byte)'9' => digit - '0',
            >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }
}
