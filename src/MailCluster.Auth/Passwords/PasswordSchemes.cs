using System.Security.Cryptography;
using MailCluster.Auth.Native;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// All known schemes by name, and the reading and making of stored passwords <c>{SCHEME}data</c>, <c>{SCHEME.hex}data</c>.
/// </summary>
internal sealed class PasswordSchemes
{
    /// <summary>The scheme of a stored password without braces, as Dovecot's passwd-file.</summary>
    private const string UnmarkedScheme = "CRYPT";

    private readonly Dictionary<string, IPasswordScheme> _schemes = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _allowWeak;

    public PasswordSchemes(AuthOptions options)
    {
        _allowWeak = options.AllowWeakSchemes;
        uint memory = (uint)options.Argon2MemoryKiB, passes = (uint)options.Argon2Passes;
        Add(new Argon2Scheme("ARGON2ID", LibArgon2.TypeId, memory, passes), "ARGON2");
        Add(new Argon2Scheme("ARGON2I", LibArgon2.TypeI, memory, passes));
        Add(CryptScheme.Any);
        Add(CryptScheme.Bcrypt);
        Add(CryptScheme.Sha512);
        Add(CryptScheme.Sha256);
        Add(CryptScheme.Md5, "MD5");
        Add(CryptScheme.Des);
        Add(new Pbkdf2Scheme());
        Add(new DigestScheme("SSHA512", HashAlgorithmName.SHA512, 64, isSalted: true, isWeak: false, HashEncoding.Base64));
        Add(new DigestScheme("SSHA256", HashAlgorithmName.SHA256, 32, isSalted: true, isWeak: false, HashEncoding.Base64));
        Add(new DigestScheme("SSHA", HashAlgorithmName.SHA1, 20, isSalted: true, isWeak: false, HashEncoding.Base64));
        Add(new DigestScheme("SHA512", HashAlgorithmName.SHA512, 64, isSalted: false, isWeak: false, HashEncoding.Base64));
        Add(new DigestScheme("SHA256", HashAlgorithmName.SHA256, 32, isSalted: false, isWeak: false, HashEncoding.Base64));
        Add(new DigestScheme("SHA", HashAlgorithmName.SHA1, 20, isSalted: false, isWeak: false, HashEncoding.Base64), "SHA1");
        Add(new DigestScheme("SMD5", HashAlgorithmName.MD5, 16, isSalted: true, isWeak: true, HashEncoding.Base64));
        Add(new DigestScheme("LDAP-MD5", HashAlgorithmName.MD5, 16, isSalted: false, isWeak: true, HashEncoding.Base64));
        Add(new DigestScheme("PLAIN-MD5", HashAlgorithmName.MD5, 16, isSalted: false, isWeak: true, HashEncoding.Hex));
        Add(new Md4Scheme());
        Add(new CramMd5Scheme("CRAM-MD5"));
        Add(new CramMd5Scheme("HMAC-MD5"));
        Add(new DigestMd5Scheme());
        Add(new ScramScheme(HashAlgorithmName.SHA1, options.ScramIterations));
        Add(new ScramScheme(HashAlgorithmName.SHA256, options.ScramIterations));
        Add(new PlainTruncScheme());
        Add(new PlainScheme("PLAIN"));
        Add(new PlainScheme("CLEAR"));
        Add(new PlainScheme("CLEARTEXT"));
        DefaultName = options.DefaultScheme is { } name ? Usable(name).Name : Strongest().Name;
    }

    /// <summary>The scheme of new passwords on this machine.</summary>
    public string DefaultName { get; }

    /// <summary>The names, for an error text.</summary>
    public IEnumerable<string> Names => _schemes.Keys.Order(StringComparer.Ordinal);

    /// <summary>
    /// Splits a stored password. Throws <see cref="PasswordSchemeException"/> when it must not or cannot be checked here.
    /// </summary>
    public IPasswordScheme Read(string stored, out StoredHash hash)
    {
        var name = UnmarkedScheme;
        var data = stored;
        if (stored.StartsWith('{'))
        {
            var end = stored.IndexOf('}', StringComparison.Ordinal);
            if (end < 0) throw new PasswordSchemeException("the stored password has \"{\" without \"}\"");
            name = stored[1..end];
            data = stored[(end + 1)..];
        }
        HashEncoding? encoding = null;
        var dot = name.LastIndexOf('.');
        if (dot >= 0)
        {
            encoding = name[(dot + 1)..].ToUpperInvariant() switch
            {
                "B64" or "BASE64" => HashEncoding.Base64,
                "HEX" => HashEncoding.Hex,
                _ => throw new PasswordSchemeException(
                    $"unknown encoding in the password scheme {{{LogText.Escape(name)}}}: .b64 and .hex are known"),
            };
            name = name[..dot];
        }
        var scheme = Known(name);
        hash = new StoredHash(data, encoding ?? Guess(scheme, data));
        if (!_allowWeak && scheme.IsWeak(scheme is CryptScheme ? hash.AsText() : data))
            throw new PasswordSchemeException($"the stored password's scheme {scheme.Name} is weak and refused (auth.allow-weak-schemes)");
        return scheme.Unavailable is { } reason ? throw new PasswordSchemeException($"{scheme.Name} cannot be checked: {reason}") : scheme;
    }

    /// <summary>A scheme for new passwords by name; null for the default.</summary>
    public IPasswordScheme Usable(string? name)
    {
        var scheme = Known(name ?? DefaultName);
        if (scheme.Unavailable is { } reason) throw new PasswordSchemeException($"{scheme.Name} cannot be used: {reason}");
        if (!_allowWeak && scheme.IsWeak((scheme as CryptScheme)?.NewPrefix ?? ""))
            throw new PasswordSchemeException($"{scheme.Name} is weak and refused (auth.allow-weak-schemes)");
        return scheme;
    }

    private IPasswordScheme Known(string name) =>
        _schemes.TryGetValue(name, out var scheme)
            ? scheme
            : throw new PasswordSchemeException($"unknown password scheme {LogText.Escape(name)}; known are {string.Join(", ", Names)}");

    // Dovecot tells hex from base64 by the length: {SHA256} with 64 characters is hex.
    private static HashEncoding Guess(IPasswordScheme scheme, string data) =>
        scheme is DigestScheme { DefaultEncoding: HashEncoding.Base64 } digest && digest.IsHexLength(data) ? HashEncoding.Hex : scheme.DefaultEncoding;

    private IPasswordScheme Strongest()
    {
        if (LibArgon2.IsAvailable) return _schemes["ARGON2ID"];
        if (LibCrypt.IsAvailable)
        {
            foreach (var scheme in new[] { CryptScheme.Any, CryptScheme.Bcrypt, CryptScheme.Sha512 })
            {
                if (scheme.CanMake) return scheme;
            }
        }
        return _schemes["PBKDF2"];
    }

    private void Add(IPasswordScheme scheme, params ReadOnlySpan<string> aliases)
    {
        _schemes.Add(scheme.Name, scheme);
        foreach (var alias in aliases) _schemes.Add(alias, scheme);
    }
}
