using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// Dovecot's PBKDF2: <c>$1$salt$rounds$hex</c> with HMAC-SHA-1 and 160 bits. Needs no native library, so it is the last resort.
/// </summary>
internal sealed class Pbkdf2Scheme : IPasswordScheme
{
    private const int HashOctets = 20;

    /// <summary>Rounds of new hashes: about a tenth of a second. Dovecot's default of 5,000 was right in 2014.</summary>
    private const int NewRounds = 300_000;

    /// <summary>Rounds that a stored hash may ask for: a typing error in the file must not hold a core for hours.</summary>
    private const int RoundsMax = 20_000_000;

    public string Name => "PBKDF2";

    public bool IsSlow => true;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        var parts = hash.AsText().Split('$');
        if (parts.Length != 5 || parts[0].Length != 0 || parts[1] != "1"
            || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds is < 1 or > RoundsMax)
            throw new PasswordSchemeException("the stored PBKDF2 hash is not $1$salt$rounds$hex");
        var expected = new StoredHash(parts[4], HashEncoding.Hex).Octets();
        if (expected.Length != HashOctets) throw new PasswordSchemeException("the stored PBKDF2 hash is not 160 bits long");
        return CryptographicOperations.FixedTimeEquals(Derive(password, parts[2], rounds), expected);
    }

    public string Hash(ReadOnlySpan<byte> password)
    {
        var salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        return $"$1${salt}${NewRounds.ToString(CultureInfo.InvariantCulture)}${Convert.ToHexStringLower(Derive(password, salt, NewRounds))}";
    }

    private static byte[] Derive(ReadOnlySpan<byte> password, string salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, Encoding.UTF8.GetBytes(salt), rounds, HashAlgorithmName.SHA1, HashOctets);
}
