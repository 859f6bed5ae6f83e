using System.Text;

namespace MailCluster.Auth.Sasl;

/// <summary>Sizes that hold for every mechanism, checked before anything is decoded.</summary>
public static class SaslLimits
{
    /// <summary>Longest identity in UTF-8 octets (RFC 4616 §2).</summary>
    public const int IdentityOctetsMax = 255;

    /// <summary>Longest password in octets: far above any that is typed, far below what would make a hash a burden.</summary>
    public const int PasswordOctetsMax = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a non-empty identity; false when it is too long or not UTF-8.</summary>
    internal static bool TryReadIdentity(ReadOnlySpan<byte> octets, out string identity)
    {
        identity = "";
        if (octets.Length is 0 or > IdentityOctetsMax || !System.Text.Unicode.Utf8.IsValid(octets)) return false;
        identity = StrictUtf8.GetString(octets);
        return true;
    }
}
