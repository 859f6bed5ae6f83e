using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>
/// Everything that a node keeps, wherever it is: in files of its own, or on servers that many nodes share. Whoever uses it does not know which; only
/// <see cref="StorageFactory"/> does.
/// </summary>
internal interface INodeStorage : IAsyncDisposable
{
    /// <summary>Where it is, for messages: a path, or a host and a database. No credentials.</summary>
    string Location { get; }

    IJournal Journal { get; }

    ISnapshotStore Snapshots { get; }

    /// <summary>Gives this run its number, unless membership in a cluster does.</summary>
    IWriterRegistry Writers { get; }

    /// <summary>Which accounts may have mail to send.</summary>
    IOutboxIndex Outbox { get; }

    IBodyStore Bodies { get; }

    IBodyStoreCheck BodyCheck { get; }

    /// <summary>The accounts that are kept here; null where they are kept apart, in a file.</summary>
    IAccountTable? Accounts { get; }

    /// <summary>
    /// 32 random octets, the same for every node that shares this storage and after every restart: what is made of them looks alike wherever a stranger asks.
    /// </summary>
    byte[] LoginSecret { get; }

    /// <summary>Clients that are not let in, as all who share this storage know them.</summary>
    IBanStore Bans { get; }

    int ShardCount { get; }

    /// <summary>Who shares this storage, and who has which accounts; null where nobody else can reach it.</summary>
    IClusterStore? Cluster { get; }

    /// <summary>How often <see cref="UpkeepAsync"/> is due.</summary>
    TimeSpan UpkeepInterval { get; }

    /// <summary>Gives back the space of what was freed. May be cut off at any point; the next pass goes on with it.</summary>
    Task UpkeepAsync(CancellationToken cancellationToken);

    /// <summary>Gives up memory that is only kept to save reading again.</summary>
    Task ReleaseCachesAsync();
}
