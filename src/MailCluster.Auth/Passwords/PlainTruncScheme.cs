using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// PLAIN-TRUNC of Dovecot, <c>octets-text</c>: what was sent is cut to so many octets and compared with the text. For accounts that come from systems which
/// cut passwords.
/// </summary>
internal sealed class PlainTruncScheme : IPasswordScheme
{
    private static readonly PlainScheme Whole = new("PLAIN-TRUNC");

    public string Name => "PLAIN-TRUNC";

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        var stored = hash.AsText();
        var dash = stored.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !int.TryParse(stored.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var octets))
            throw new PasswordSchemeException("the stored PLAIN-TRUNC password does not begin with its length");
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password[..Math.Min(octets, password.Length)], given);
        SHA256.HashData(Encoding.UTF8.GetBytes(stored[(dash + 1)..]), expected);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    public string Hash(ReadOnlySpan<byte> password) =>
        string.Create(CultureInfo.InvariantCulture, $"{password.Length}-{Whole.Hash(password)}");
}
