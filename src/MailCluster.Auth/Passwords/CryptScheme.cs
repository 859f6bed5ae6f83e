using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Native;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// The <c>$id$</c> hashes of libcrypt. Each Dovecot name is one method; CRYPT is whatever libcrypt knows, yescrypt when it makes one.
/// </summary>
internal sealed class CryptScheme(string name, string[] prefixes, string newPrefix, uint newCost) : IPasswordScheme
{
    /// <summary>
    /// Cost of new bcrypt hashes, log2 of rounds: about a tenth of a second, between the library's 5 (too cheap now) and 12.
    /// </summary>
    private const uint BcryptCost = 10;

    public static CryptScheme Any { get; } = new("CRYPT", [], "$y$", 0);

    public static CryptScheme Bcrypt { get; } = new("BLF-CRYPT", ["$2a$", "$2b$", "$2x$", "$2y$"], "$2b$", BcryptCost);

    /// <summary>
    /// SHA512-CRYPT; 200,000 rounds take about as long as the other slow schemes, the library's default of 5,000 dates from 2008.
    /// </summary>
    public static CryptScheme Sha512 { get; } = new("SHA512-CRYPT", ["$6$"], "$6$", 200_000);

    public static CryptScheme Sha256 { get; } = new("SHA256-CRYPT", ["$5$"], "$5$", 200_000);

    public static CryptScheme Md5 { get; } = new("MD5-CRYPT", ["$1$"], "$1$", 0);

    public static CryptScheme Des { get; } = new("DES-CRYPT", [], "", 0);

    public string Name => name;

    /// <summary>The method of new hashes, <c>$6$</c> for instance; empty for traditional DES.</summary>
    public string NewPrefix => newPrefix;

    /// <summary>True when this machine's libcrypt makes such hashes.</summary>
    public bool CanMake => LibCrypt.IsAvailable && LibCrypt.MakeSetting(newPrefix, newCost) is not null;

    public bool IsSlow => true;

    public string? Unavailable => LibCrypt.IsAvailable ? null : LibCrypt.MissingText;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    // MD5-crypt, traditional and "extended" DES (no or "_" prefix), SunMD5 and NT hashes fall to one graphics card.
    public bool IsWeak(string data) =>
        !data.StartsWith('$') || data.StartsWith("$1$", StringComparison.Ordinal) || data.StartsWith("$md5", StringComparison.Ordinal)
        || data.StartsWith("$3$", StringComparison.Ordinal);

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        var stored = hash.AsText();
        if (prefixes.Length > 0 && !Array.Exists(prefixes, p => stored.StartsWith(p, StringComparison.Ordinal)))
            throw new PasswordSchemeException($"the stored hash does not look like {name}");
        if (password.Contains((byte)0) || password.Length > LibCrypt.PasswordOctetsMax) return false;
        var computed = LibCrypt.Crypt(password, stored);
        // A failure token begins with '*' and never equals a hash; no answer at all means that libcrypt does not know the method.
        if (computed is null || computed.StartsWith('*'))
            throw new PasswordSchemeException(
                $"libcrypt cannot compute the stored {name} hash: the method is unknown to it or the hash is damaged");
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(computed), Encoding.UTF8.GetBytes(stored));
    }

    public string Hash(ReadOnlySpan<byte> password)
    {
        if (password.Length > LibCrypt.PasswordOctetsMax || password.Contains((byte)0))
            throw new PasswordSchemeException($"{name} takes passwords of at most {LibCrypt.PasswordOctetsMax} octets without NUL");
        // bcrypt ignores what follows the 72nd octet: two long passwords would be one.
        if (newPrefix == "$2b$" && password.Length > 72)
            throw new PasswordSchemeException("BLF-CRYPT takes passwords of at most 72 octets");
        var setting = LibCrypt.MakeSetting(newPrefix, newCost)
            ?? throw new PasswordSchemeException($"this machine's libcrypt has no {name}");
        var hash = LibCrypt.Crypt(password, setting);
        return hash is null || hash.StartsWith('*') ? throw new PasswordSchemeException($"libcrypt failed to make a {name} hash") : hash;
    }
}
