using System.Security.Cryptography;

namespace MailCluster.Auth.Passwords;

/// <summary>CRAM-MD5 and HMAC-MD5, two names of one stored form: <see cref="CramMd5Keys"/> in hexadecimal.</summary>
internal sealed class CramMd5Scheme(string name) : IPasswordScheme
{
    public string Name => name;

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.Hex;

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash) =>
        CryptographicOperations.FixedTimeEquals(CramMd5Keys.Of(password).States, Read(hash).States);

    public string Hash(ReadOnlySpan<byte> password) => Convert.ToHexStringLower(CramMd5Keys.Of(password).States);

    public static CramMd5Keys Read(StoredHash hash) => hash.Octets() is { Length: CramMd5Keys.Octets } states
        ? new CramMd5Keys(states)
        : throw new PasswordSchemeException("the stored CRAM-MD5 hash has the wrong length");
}
