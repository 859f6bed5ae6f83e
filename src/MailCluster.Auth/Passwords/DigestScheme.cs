using System.Security.Cryptography;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// One round of a digest over password and salt, as LDAP directories store it: <c>base64(digest(password ∥ salt) ∥ salt)</c>.
/// Fast, so a stolen file is guessed quickly; read for the sake of directories that exist.
/// </summary>
internal sealed class DigestScheme(
    string name, HashAlgorithmName algorithm, int digestOctets, bool isSalted, bool isWeak, HashEncoding encoding)
    : IPasswordScheme
{
    private const int NewSaltOctets = 8;

    public string Name => name;

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => encoding;

    public bool IsWeak(string data) => isWeak;

    /// <summary>True when the text has exactly the hexadecimal length of an unsalted digest, which no base64 of it has.</summary>
    public bool IsHexLength(string data) => !isSalted && data.Length == digestOctets * 2;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        var stored = hash.Octets();
        if (isSalted ? stored.Length <= digestOctets : stored.Length != digestOctets)
            throw new PasswordSchemeException($"the stored {name} hash has the wrong length");
        return CryptographicOperations.FixedTimeEquals(Digest(password, stored.AsSpan(digestOctets)), stored.AsSpan(0, digestOctets));
    }

    public string Hash(ReadOnlySpan<byte> password)
    {
        byte[] salt = isSalted ? RandomNumberGenerator.GetBytes(NewSaltOctets) : [];
        byte[] stored = [.. Digest(password, salt), .. salt];
        return encoding == HashEncoding.Hex ? Convert.ToHexStringLower(stored) : Convert.ToBase64String(stored);
    }

    private byte[] Digest(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt)
    {
        using var digest = IncrementalHash.CreateHash(algorithm);
        digest.AppendData(password);
        digest.AppendData(salt);
        return digest.GetHashAndReset();
    }
}
