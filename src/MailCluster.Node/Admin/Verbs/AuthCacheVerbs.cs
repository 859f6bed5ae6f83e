using MailCluster.Auth.Cache;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>auth cache status</c>.</summary>
internal sealed class AuthCacheStatusVerb(AuthCaches caches)
    : AdminVerb<NothingRequest>("auth/cache/status", AdminJson.Default.NothingRequest)
{
    protected override async Task RunAsync(NothingRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var cache in caches.Status())
        {
            await rows.WriteAsync(
                new AuthCacheRow(cache.Cache, cache.Entries, cache.PositiveHits, cache.NegativeHits, cache.Misses), AdminJson.Default.AuthCacheRow,
                cancellationToken);
        }
    }
}

/// <summary><c>auth cache flush</c>: on this node; each has its own.</summary>
internal sealed class AuthCacheFlushVerb(AuthCaches caches)
    : AdminVerb<AuthCacheFlushRequest>("auth/cache/flush", AdminJson.Default.AuthCacheFlushRequest)
{
    protected override async Task RunAsync(AuthCacheFlushRequest request, RowStream rows, CancellationToken cancellationToken) =>
        await rows.WriteAsync(new AuthCacheFlushRow(caches.Flush(request.Users ?? [])), AdminJson.Default.AuthCacheFlushRow, cancellationToken);
}
