using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// The password itself. Not counted as weak, as Dovecot does not: nobody writes it by accident, and some mechanisms need it.
/// </summary>
internal sealed class PlainScheme(string name) : IPasswordScheme
{
    public string Name => name;

    public bool IsSlow => false;

    public string? Unavailable => null;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    public bool IsWeak(string data) => false;

    // Digests of equal length are compared, so that not even the password's length shows in the time.
    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password, given);
        SHA256.HashData(hash.Octets(), stored);
        return CryptographicOperations.FixedTimeEquals(given, stored);
    }

    public string Hash(ReadOnlySpan<byte> password)
    {
        var text = Encoding.UTF8.GetString(password);
        return text.AsSpan().ContainsAny(":\r\n\0")
            ? throw new PasswordSchemeException($"{name} cannot hold a password with \":\" or a line end")
            : text;
    }
}
