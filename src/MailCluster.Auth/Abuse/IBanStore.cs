namespace MailCluster.Auth.Abuse;

/// <summary>
/// Where bans are kept, so that they outlive the process and all nodes of a cluster know the same ones. One ban for each network: the last one put counts.
/// </summary>
/// <remarks>Every member throws <see cref="BanStoreException"/> when the store cannot answer now.</remarks>
public interface IBanStore
{
    /// <summary>All bans that are not over, in any order.</summary>
    ValueTask<IReadOnlyList<Ban>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Keeps a ban, durably, in the place of one for the same network. May drop bans that are over.</summary>
    ValueTask PutAsync(Ban ban, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Forgets the ban of a network, durably. False: there was none.</summary>
    ValueTask<bool> RemoveAsync(ClientNetwork network, CancellationToken cancellationToken);
}

/// <summary>The store of bans cannot be read or written now. The message is for the operator.</summary>
public sealed class BanStoreException(string message, Exception? inner = null) : Exception(message, inner);
