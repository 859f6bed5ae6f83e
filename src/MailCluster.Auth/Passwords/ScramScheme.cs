using System.Security.Cryptography;
using MailCluster.Auth.Sasl.Scram;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// The keys of SCRAM as a stored password (RFC 5802 §5.1): the account can use that mechanism, and PLAIN too, by making the keys of the
/// password that was sent.
/// </summary>
internal sealed class ScramScheme(HashAlgorithmName hash, int iterations) : IPasswordScheme
{
    private const int SaltOctets = 16;

    public string Name { get; } = NameOf(hash);

    public bool IsSlow => true;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    public static string NameOf(HashAlgorithmName hash) => hash == HashAlgorithmName.SHA1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256";

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash stored)
    {
        var keys = ScramKeys.Parse(hash, stored.AsText());
        return CryptographicOperations.FixedTimeEquals(ScramKeys.Derive(hash, password, keys.Salt, keys.Iterations).StoredKey, keys.StoredKey);
    }

    public string Hash(ReadOnlySpan<byte> password) =>
        ScramKeys.Derive(hash, password, RandomNumberGenerator.GetBytes(SaltOctets), iterations).Format();
}
