using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Mailboxes;

/// <summary>What all mailbox actors of a node share.</summary>
public sealed record MailboxServices(
    PersistenceContext Persistence, IBodyStore Bodies, FolderFeedTable Feeds, MailboxOptions Options, TimeProvider Time)
{
    /// <summary>Makes the global ids of folders. A simulation gives its own, so that a run is the same each time.</summary>
    public Func<Guid> NewId { get; init; } = Guid.NewGuid;

    /// <summary>What the nodes that an account may move to understand.</summary>
    public IFeatureLevel Level { get; init; } = FixedFeatureLevel.Newest;

    /// <summary>Is told of accounts that have mail to send; null where nothing is sent.</summary>
    public IOutboxListener? Outbox { get; init; }

    /// <summary>Is told of accounts in which messages wait for scripts; null where none are run.</summary>
    public IScriptTaskListener? ScriptTasks { get; init; }

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>What says which quota an account has; null when nothing but the configuration and the account's own history does.</summary>
    public IQuotaDirectory? QuotaDirectory { get; init; }

    /// <summary>Who is told when an account crosses a threshold; null for nobody.</summary>
    public IQuotaWatcher? QuotaWatcher { get; init; }
}
