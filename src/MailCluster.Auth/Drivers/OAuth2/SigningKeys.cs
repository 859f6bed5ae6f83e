using Microsoft.IdentityModel.Tokens;

namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>
/// The issuer's keys, read at the first token and then again each so often. A token whose key id is not among them means that the issuer
/// has changed keys: they are read at once, but not more than once in half a minute, or strangers with invented key ids would make this
/// server knock at the issuer's door. While the issuer does not answer, the keys that are known go on counting.
/// </summary>
internal sealed class SigningKeys(string source, TimeSpan refresh, IssuerClient issuer, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Snapshot? _keys;
    private long _triedAt;

    /// <summary>The keys, fresh enough to have the key id if the issuer has it.</summary>
    /// <param name="keyId">The token's key id, or empty.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    /// <exception cref="DatabaseException">There are none, and the issuer cannot be asked.</exception>
    public async ValueTask<IReadOnlyList<SecurityKey>> GetAsync(string keyId, CancellationToken cancellationToken)
    {
        if (_keys is { } known && IsEnough(known, keyId)) return known.Keys;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            known = _keys;
            if (known is not null && (IsEnough(known, keyId) || time.GetElapsedTime(_triedAt) < Pause)) return known.Keys;
            _triedAt = time.GetTimestamp();
            try
            {
                known = new Snapshot(await ReadAsync(cancellationToken), time.GetTimestamp());
                _keys = known;
                return known.Keys;
            }
            catch (DatabaseException) when (known is not null)
            {
                return known.Keys;
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private bool IsEnough(Snapshot known, string keyId) =>
        time.GetElapsedTime(known.ReadAt) < refresh && (keyId.Length == 0 || known.Keys.Any(key => key.KeyId == keyId));

    private async ValueTask<IReadOnlyList<SecurityKey>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var text = source.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                ? await issuer.GetAsync(source, cancellationToken)
                : await File.ReadAllTextAsync(source, cancellationToken);
            // Only keys that sign; a symmetric one in a public document would let anybody sign.
            return [.. new JsonWebKeySet(text).GetSigningKeys().Where(static key => key is not SymmetricSecurityKey && key is not JsonWebKey { Kty: "oct" })];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DatabaseException($"the keys in {source} cannot be read", e);
        }
    }

    private sealed record Snapshot(IReadOnlyList<SecurityKey> Keys, long ReadAt);
}
