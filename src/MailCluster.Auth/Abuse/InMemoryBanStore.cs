using System.Collections.Concurrent;

namespace MailCluster.Auth.Abuse;

/// <summary>Bans in memory, for tests and examples; gone with the process.</summary>
public sealed class InMemoryBanStore : IBanStore
{
    private readonly ConcurrentDictionary<ClientNetwork, Ban> _bans = new();

    /// <summary>When true every question fails, as with a database that is gone.</summary>
    public bool Unavailable { get; set; }

    public ValueTask<IReadOnlyList<Ban>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return ValueTask.FromResult<IReadOnlyList<Ban>>([.. _bans.Values.Where(ban => !ban.IsOver(now))]);
    }

    public ValueTask PutAsync(Ban ban, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        _bans[ban.Network] = ban;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(ClientNetwork network, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return ValueTask.FromResult(_bans.TryRemove(network, out _));
    }

    private void ThrowIfUnavailable()
    {
        if (Unavailable) throw new BanStoreException("the store is switched off");
    }
}
