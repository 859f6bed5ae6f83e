using MailCluster.Bodies;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>What all mailbox actors of a node share.</summary>
public sealed record MailboxServices(
    PersistenceContext Persistence, IBodyStore Bodies, FolderFeedTable Feeds, MailboxOptions Options, TimeProvider Time);
