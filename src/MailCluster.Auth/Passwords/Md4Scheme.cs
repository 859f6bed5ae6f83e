using System.Security.Cryptography;

namespace MailCluster.Auth.Passwords;

/// <summary>PLAIN-MD4: MD4 of the password in hexadecimal. As weak as it looks.</summary>
internal sealed class Md4Scheme : IPasswordScheme
{
    public string Name => "PLAIN-MD4";

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.Hex;

    public bool IsWeak(string data) => true;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash) => hash.Octets() is { Length: MdState.DigestOctets } stored
        ? CryptographicOperations.FixedTimeEquals(MdState.Md4(password), stored)
        : throw new PasswordSchemeException("the stored PLAIN-MD4 hash has the wrong length");

    public string Hash(ReadOnlySpan<byte> password) => Convert.ToHexStringLower(MdState.Md4(password));
}
