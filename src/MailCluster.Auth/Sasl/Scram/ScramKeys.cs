using System.Globalization;
using System.Security.Cryptography;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl.Scram;

/// <summary>
/// What a server keeps for SCRAM (RFC 5802 §3): enough to check a proof and to prove itself, not enough to log in. Stored as Dovecot does:
/// <c>iterations,salt,StoredKey,ServerKey</c>, the last three in base64.
/// </summary>
internal sealed record ScramKeys(byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>RFC 5802 §5.1 (and RFC 7677 §4): at least 4096.</summary>
    public const int IterationsMin = 4096;

    /// <summary>What a stored password may ask of a client: a typing error must not hang every phone.</summary>
    public const int IterationsMax = 10_000_000;

    private const int SaltOctetsMax = 256;

    public static ScramKeys Derive(HashAlgorithmName hash, ReadOnlySpan<byte> password, byte[] salt, int iterations)
    {
        var octets = Octets(hash);
        var prepared = SaslPrep.Password(password);
        var salted = Rfc2898DeriveBytes.Pbkdf2(prepared, salt, iterations, hash, octets);
        var clientKey = CryptographicOperations.HmacData(hash, salted, "Client Key"u8);
        var keys = new ScramKeys(salt, iterations, CryptographicOperations.HashData(hash, clientKey), CryptographicOperations.HmacData(hash, salted, "Server Key"u8));
        CryptographicOperations.ZeroMemory(prepared);
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(clientKey);
        return keys;
    }

    /// <summary>Keys that no password opens.</summary>
    public static ScramKeys Random(HashAlgorithmName hash, byte[] salt, int iterations) =>
        new(salt, iterations, RandomNumberGenerator.GetBytes(Octets(hash)), RandomNumberGenerator.GetBytes(Octets(hash)));

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="PasswordSchemeException">It is damaged.</exception>
    public static ScramKeys Parse(HashAlgorithmName hash, string text)
    {
        var parts = text.Split(',');
        if (parts.Length != 4 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < 1 or > IterationsMax)
            throw new PasswordSchemeException("the stored SCRAM keys are not iterations,salt,stored-key,server-key");
        byte[] salt = Decode(parts[1]), stored = Decode(parts[2]), server = Decode(parts[3]);
        if (salt.Length is 0 or > SaltOctetsMax || stored.Length != Octets(hash) || server.Length != Octets(hash))
            throw new PasswordSchemeException("the stored SCRAM keys have the wrong length");
        return new ScramKeys(salt, iterations, stored, server);
    }

    /// <summary>The stored form.</summary>
    public string Format() => string.Create(
        CultureInfo.InvariantCulture, $"{Iterations},{Convert.ToBase64String(Salt)},{Convert.ToBase64String(StoredKey)},{Convert.ToBase64String(ServerKey)}");

    public static int Octets(HashAlgorithmName hash) => hash == HashAlgorithmName.SHA1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes;

    /// <summary>Keeps the keys out of logs.</summary>
    public override string ToString() => "ScramKeys";

    private static byte[] Decode(string text) => new StoredHash(text, HashEncoding.Base64).Octets();
}
