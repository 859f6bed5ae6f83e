using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Sasl.Scram;

/// <summary>
/// The keys of a name, whether it exists or not. A stranger who asks for salts must not learn which names do: an unknown one has a salt too, the
/// same at every question, on every node and after every restart, made of the name under a secret; its iterations, and the work that is done for it,
/// are those of a stand-in, an existing account of the same database. A password that is stored in plain text takes the same kind of salt.
/// </summary>
internal sealed class ScramCredentials(AuthOptions options, PasswordHashing hashing)
{
    private const int SaltOctets = 16;

    private readonly byte[] _secret = options.ScramSecret ?? RandomNumberGenerator.GetBytes(32);

    /// <summary>Finds keys, and whether a proof with them counts.</summary>
    /// <exception cref="PasswordSchemeException">What is stored is damaged.</exception>
    public async ValueTask<(ScramKeys? Keys, bool IsReal)> FindAsync(
        HashAlgorithmName hash, string name, SaslLookup lookup, CancellationToken cancellationToken)
    {
        foreach (var stored in lookup.Stored)
        {
            if (TryReadKeys(hash, stored) is { } keys) return (keys, true);
            if (TryReadPlain(stored) is { } password) return (await DeriveAsync(hash, password, Salt(hash, name, SaltOctets), cancellationToken), true);
        }
        if (lookup.StandIn is { } standIn)
        {
            try
            {
                if (TryReadKeys(hash, standIn) is { } keys) return (ScramKeys.Random(hash, Salt(hash, name, keys.Salt.Length), keys.Iterations), false);
                if (TryReadPlain(standIn) is { } password)
                {
                    // For the time that it takes: the keys themselves open to nothing.
                    var derived = await DeriveAsync(hash, password, Salt(hash, name, SaltOctets), cancellationToken);
                    return (derived is null ? null : ScramKeys.Random(hash, derived.Salt, derived.Iterations), false);
                }
            }
            catch (PasswordSchemeException)
            {
                return (Nothing(hash, name), false); // Somebody else's damaged entry is not this client's affair.
            }
        }
        return (Nothing(hash, name), false);
    }

    private ScramKeys Nothing(HashAlgorithmName hash, string name) => ScramKeys.Random(hash, Salt(hash, name, SaltOctets), options.ScramIterations);

    private async ValueTask<ScramKeys?> DeriveAsync(HashAlgorithmName hash, byte[] password, byte[] salt, CancellationToken cancellationToken)
    {
        try
        {
            return await hashing.ComputeAsync(() => ScramKeys.Derive(hash, password, salt, options.ScramIterations), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    private ScramKeys? TryReadKeys(HashAlgorithmName hash, string stored) =>
        StoredPassword.Is(stored, ScramScheme.NameOf(hash)) ? ScramKeys.Parse(hash, ReadText(stored)) : null;

    private byte[]? TryReadPlain(string stored)
    {
        if (!StoredPassword.IsPlain(stored)) return null;
        _ = hashing.Schemes.Read(stored, out var octets);
        return octets.Octets();
    }

    private string ReadText(string stored)
    {
        _ = hashing.Schemes.Read(stored, out var hash);
        return hash.AsText();
    }

    private byte[] Salt(HashAlgorithmName hash, string name, int octets)
    {
        var canonical = UserName.TryParse(name, out var account, out _) ? account : name;
        var digest = HMACSHA512.HashData(_secret, Encoding.UTF8.GetBytes($"{hash.Name}\0{canonical}"));
        return digest[..Math.Min(octets, digest.Length)];
    }
}
