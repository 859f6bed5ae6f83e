using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// DIGEST-MD5's stored form: MD5 of <c>user:realm:password</c>, the account's name split at its "@". Read so that such accounts can go on to log in with
/// PLAIN; the mechanism itself is historic (RFC 6331) and not offered.
/// </summary>
internal sealed class DigestMd5Scheme : IPasswordScheme
{
    public string Name => "DIGEST-MD5";

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.Hex;

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        if (hash.Account is not { } account) throw new PasswordSchemeException("a DIGEST-MD5 hash can only be checked for an account");
        var stored = hash.Octets();
        return stored.Length == MD5.HashSizeInBytes
            ? CryptographicOperations.FixedTimeEquals(Digest(account, password), stored)
            : throw new PasswordSchemeException("the stored DIGEST-MD5 hash has the wrong length");
    }

    public string Hash(ReadOnlySpan<byte> password) =>
        throw new PasswordSchemeException("DIGEST-MD5 needs the account's name; use mailctl pw -u, or another scheme");

    /// <summary>The stored form for an account.</summary>
    public static string Hash(string account, ReadOnlySpan<byte> password) => Convert.ToHexStringLower(Digest(account, password));

    private static byte[] Digest(string account, ReadOnlySpan<byte> password)
    {
        var at = account.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? $"{account}::" : $"{account[..at]}:{account[(at + 1)..]}:";
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(Encoding.UTF8.GetBytes(name));
        md5.AppendData(password);
        return md5.GetHashAndReset();
    }
}
