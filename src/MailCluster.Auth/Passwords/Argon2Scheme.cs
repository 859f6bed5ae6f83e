using MailCluster.Auth.Native;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// ARGON2ID and ARGON2I (RFC 9106) in the encoded form <c>$argon2id$v=19$m=…,t=…,p=…$salt$hash</c>. The hash carries its own cost.
/// </summary>
internal sealed class Argon2Scheme(string name, int type, uint memoryKiB, uint passes) : IPasswordScheme
{
    public string Name => name;

    public bool IsSlow => true;

    public string? Unavailable => LibArgon2.IsAvailable ? null : LibArgon2.MissingText;

    public HashEncoding DefaultEncoding => HashEncoding.None;

    public bool IsWeak(string data) => false;

    public bool Verify(ReadOnlySpan<byte> password, StoredHash hash)
    {
        var encoded = hash.AsText();
        // Dovecot writes ARGON2ID as the scheme and libsodium's text after it; which of the two types it is, the text says.
        var actual = encoded.StartsWith("$argon2id$", StringComparison.Ordinal) ? LibArgon2.TypeId
            : encoded.StartsWith("$argon2i$", StringComparison.Ordinal) ? LibArgon2.TypeI
            : throw new PasswordSchemeException($"the stored hash does not look like {name}");
        try
        {
            return LibArgon2.Verify(encoded, password, actual);
        }
        catch (InvalidOperationException e)
        {
            throw new PasswordSchemeException($"the stored {name} hash cannot be checked: {e.Message}", e);
        }
    }

    public string Hash(ReadOnlySpan<byte> password)
    {
        try
        {
            return LibArgon2.Hash(password, type, memoryKiB, passes);
        }
        catch (InvalidOperationException e)
        {
            throw new PasswordSchemeException($"cannot make an {name} hash: {e.Message}", e);
        }
    }
}
