namespace MailCluster.Auth.Passwords;

/// <summary>
/// One way to store a password. Pure computation, safe for any number of threads; slow ones are run off the I/O path by the caller.
/// </summary>
internal interface IPasswordScheme
{
    /// <summary>The name inside the braces, upper case.</summary>
    string Name { get; }

    /// <summary>True when a check takes milliseconds by design.</summary>
    bool IsSlow { get; }

    /// <summary>Why the scheme cannot be used on this machine (names the Debian package), or null when it can.</summary>
    string? Unavailable { get; }

    /// <summary>True when this stored hash falls to minutes of guessing, so that it is refused unless allowed.</summary>
    bool IsWeak(string data);

    /// <summary>How the data is encoded when the name has no <c>.b64</c> or <c>.hex</c>.</summary>
    HashEncoding DefaultEncoding { get; }

    /// <summary>Checks a password in constant time with respect to the hash's content.</summary>
    /// <exception cref="PasswordSchemeException">The stored hash is damaged or not of this scheme.</exception>
    bool Verify(ReadOnlySpan<byte> password, StoredHash hash);

    /// <summary>Hashes a new password; the text after the braces.</summary>
    /// <exception cref="PasswordSchemeException">The password cannot be hashed by it, or the library refuses.</exception>
    string Hash(ReadOnlySpan<byte> password);
}

/// <summary>How the octets of a hash are written.</summary>
internal enum HashEncoding
{
    /// <summary>As they are: crypt's own alphabet, or plain text.</summary>
    None,

    /// <summary>RFC 4648 base64.</summary>
    Base64,

    /// <summary>Hexadecimal, either case.</summary>
    Hex,
}
