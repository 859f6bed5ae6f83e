namespace MailCluster.Auth.Passwords;

/// <summary>Stored passwords made and tried by hand, <c>mailctl pw</c>: with the configured costs, but without the rule that weak schemes are refused.</summary>
public sealed class PasswordWorkshop
{
    private readonly PasswordSchemes _schemes;
    private readonly PasswordSchemes _strict;

    /// <param name="options">The costs of new hashes and the default scheme.</param>
    /// <exception cref="PasswordSchemeException">The default scheme cannot be used.</exception>
    public PasswordWorkshop(AuthOptions options)
    {
        _strict = new PasswordSchemes(options);
        _schemes = new PasswordSchemes(options.WithWeakSchemes());
    }

    /// <summary>The scheme that is used when none is named.</summary>
    public string DefaultScheme => _strict.DefaultName;

    /// <summary>Every name that a stored password may have, in ordinal order.</summary>
    public IEnumerable<string> Schemes => _schemes.Names;

    /// <summary>True when a node refuses such passwords unless <c>auth.allow-weak-schemes</c> is on.</summary>
    public bool IsWeak(string stored)
    {
        try
        {
            _ = _strict.Read(stored, out _);
            return false;
        }
        catch (PasswordSchemeException)
        {
            _ = _schemes.Read(stored, out _); // Damaged or unknown is another matter, and thrown.
            return true;
        }
    }

    /// <summary>Makes <c>{SCHEME}data</c>, with <c>.b64</c> or <c>.hex</c> in the name in that encoding.</summary>
    /// <param name="name">A scheme, in any case; null for the default.</param>
    /// <param name="user">Whose it is, for DIGEST-MD5; else null.</param>
    /// <param name="password">The password's UTF-8 octets.</param>
    /// <exception cref="PasswordSchemeException">It cannot be made.</exception>
    public string Make(string? name, string? user, ReadOnlySpan<byte> password)
    {
        name = (name ?? DefaultScheme).ToUpperInvariant();
        var dot = name.LastIndexOf('.');
        var scheme = _schemes.Usable(dot < 0 ? name : name[..dot]);
        var data = scheme is DigestMd5Scheme && user is not null ? DigestMd5Scheme.Hash(user, password) : scheme.Hash(password);
        if (dot < 0) return $"{{{name}}}{data}";
        var octets = new StoredHash(data, scheme.DefaultEncoding).Octets();
        return name[(dot + 1)..] switch
        {
            "B64" or "BASE64" => $"{{{name}}}{Convert.ToBase64String(octets)}",
            "HEX" => $"{{{name}}}{Convert.ToHexStringLower(octets)}",
            _ => throw new PasswordSchemeException("a stored password can be written in .b64 or .hex"),
        };
    }

    /// <summary>Whether a password opens what is stored.</summary>
    /// <exception cref="PasswordSchemeException">It cannot be checked.</exception>
    public bool Verify(string stored, string? user, ReadOnlySpan<byte> password)
    {
        var scheme = _schemes.Read(stored, out var hash);
        return scheme.Verify(password, hash with { Account = user });
    }
}
