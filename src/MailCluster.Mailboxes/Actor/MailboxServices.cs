using MailCluster.Bodies;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>What all mailbox actors of a node share.</summary>
public sealed record MailboxServices(
    PersistenceContext Persistence, IBodyStore Bodies, FolderFeedTable Feeds, MailboxOptions Options, TimeProvider Time)
{
    /// <summary>Makes the global ids of folders. A simulation gives its own, so that a run is the same each time.</summary>
    public Func<Guid> NewId { get; init; } = Guid.NewGuid;

    /// <summary>Is told of accounts that have mail to send; null where nothing is sent.</summary>
    public IOutboxListener? Outbox { get; init; }
}
