using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Cache;

/// <summary>
/// A password database whose checks of passwords go through the cache. Only those: credentials, tokens (which end at a time of their own) and certificates are asked
/// for each time, and so is a question that carries fields of earlier databases, since the answer may depend on them.
/// </summary>
/// <param name="inner">The database.</param>
/// <param name="name">Tells it from others of the same driver: its place in the chain.</param>
/// <param name="cache">Shared by all.</param>
internal sealed class CachedPassDb(IPassDb inner, string name, AuthCache cache) : IPassDb
{
    public string Name => inner.Name;

    public PassDbCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        if (!cache.IsOn || query.IsVerified || query.Fields.Count > 0) return await inner.VerifyAsync(query, password, cancellationToken);
        var question = cache.KeyOf(name, query);
        var fingerprint = cache.Fingerprint(question, password.Span);
        if (cache.Find(question, fingerprint) is { } known) return known;
        var answer = await inner.VerifyAsync(query, password, cancellationToken);
        cache.Put(query.Account, question, fingerprint, answer);
        return answer;
    }

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        inner.LookupCredentialsAsync(query, cancellationToken);

    public ValueTask<PassDbResult> VerifyTokenAsync(PassDbQuery query, ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        inner.VerifyTokenAsync(query, token, cancellationToken);

    public ValueTask<PassDbResult> VerifyCertificateAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        inner.VerifyCertificateAsync(query, cancellationToken);
}
