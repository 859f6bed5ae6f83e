using Text = System.Text;

namespace MailCluster.Mime;

/// <summary>Comparisons of bytes without regard to the case of ASCII letters.</summary>
internal static class Ascii
{
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        a.Length == b.Length && Text.Ascii.EqualsIgnoreCase(a, b);

    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> prefix) =>
        bytes.Length >= prefix.Length && Text.Ascii.EqualsIgnoreCase(bytes[..prefix.Length], prefix);

    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    public static byte ToLower(byte b) => (uint)(b - 'A') <= 25 ? (byte)(b | 0x20) : b;

    /// <summary>The value of a hexadecimal digit, -1 for any other byte.</summary>
    public static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        _ => -1,
    };
}
