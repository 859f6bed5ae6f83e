using System.Buffers;
using System.Security.Cryptography;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// The check that CRAM-MD5 and APOP share: a digest that only somebody with the password, or with its MD5 keys, can make. A name that does not exist costs the
/// same as one that does and fails alike.
/// </summary>
internal sealed class SharedSecretProof(string mechanism, AuthContext context, ISaslAuthority authority, PasswordSchemes schemes)
{
    /// <summary>Checks a digest that is made of the HMAC keys of the password.</summary>
    public ValueTask<AuthResult> CheckAsync(string name, byte[] digest, Func<CramMd5Keys, byte[]> sign, CancellationToken cancellationToken) =>
        CheckAsync(name, digest, stored => ReadKeys(stored) is { } keys ? sign(keys) : null, () => sign(CramMd5Keys.Of("?"u8)), cancellationToken);

    /// <summary>Checks a digest that is made of the password itself.</summary>
    public ValueTask<AuthResult> CheckPlainAsync(string name, byte[] digest, Func<byte[], byte[]> sign, CancellationToken cancellationToken) =>
        CheckAsync(name, digest, stored => ReadPlain(stored) is { } password ? sign(password) : null, () => sign([(byte)'?']), cancellationToken);

    public static bool TryReadHex(ReadOnlySpan<byte> digits, out byte[] octets)
    {
        octets = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, octets, out _, out var written) == OperationStatus.Done && written == octets.Length;
    }

    private async ValueTask<AuthResult> CheckAsync(
        string name, byte[] digest, Func<string, byte[]?> expect, Func<byte[]> spend, CancellationToken cancellationToken)
    {
        var attempt = new AuthRequest { Context = context, Mechanism = mechanism, Username = name, Password = default, Proof = digest, IsProofOnce = true };
        var lookup = await authority.LookUpAsync(attempt, cancellationToken);
        if (lookup.IsUnavailable) return await authority.RefuseAsync(attempt, AuthOutcome.TemporaryFailure, lookup.Reason, cancellationToken);
        byte[]? expected = null;
        try
        {
            foreach (var stored in lookup.Stored)
            {
                expected ??= expect(stored);
            }
        }
        catch (PasswordSchemeException)
        {
            return await authority.RefuseAsync(attempt, AuthOutcome.TemporaryFailure, "bad-stored-password", cancellationToken);
        }
        var matches = CryptographicOperations.FixedTimeEquals(expected ?? spend(), digest);
        if (expected is null)
        {
            return await authority.RefuseAsync(
                attempt, AuthOutcome.Failed, lookup.IsFound ? "no-plain-credentials" : lookup.Reason, cancellationToken);
        }
        return matches
            ? await authority.AcceptAsync(attempt, lookup, cancellationToken)
            : await authority.RefuseAsync(attempt, AuthOutcome.Failed, "password-mismatch", cancellationToken);
    }

    private CramMd5Keys? ReadKeys(string stored)
    {
        if (StoredPassword.Is(stored, "CRAM-MD5") || StoredPassword.Is(stored, "HMAC-MD5"))
        {
            _ = schemes.Read(stored, out var hash);
            return CramMd5Scheme.Read(hash);
        }
        return ReadPlain(stored) is { } password ? CramMd5Keys.Of(password) : null;
    }

    private byte[]? ReadPlain(string stored)
    {
        if (!StoredPassword.IsPlain(stored)) return null;
        _ = schemes.Read(stored, out var hash);
        return hash.Octets();
    }
}
