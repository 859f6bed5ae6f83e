using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

// Which level an account's events and commands need (Cluster/FeatureLevel.cs says what levels are).
//
// What is not named here needs the newest level: who adds an event or a command while a level is being made has nothing to do. When the next level is begun, what needs the one
// before is named, in a line of its own; a test has the lists of the levels that were released, and fails for whoever changes one.
//
// Two doors keep to it, whatever a command's own code does:
//   - MailboxClient sends no command above its node's level: the account's node may be one that does not know it
//   - MailboxActor journals no event above it: its account may move to such a node
// Who adds a *field* whose loss would matter to an old event, command or snapshot part has to see to it himself, by DecisionContext.Level.

/// <summary>The levels that events and commands need.</summary>
internal static class FeatureLevels
{
    public static int Of(MailboxEvent e) => e switch
    {
        AccountCreated or AccountPurged or FolderCreated or FolderDeleted or FolderRenamed or SubscriptionChanged or MessagesAppended or FlagsChanged
            or MessagesExpunged or MessagesCopied or MessagesMoved => FeatureLevel.Mail,
        _ => FeatureLevel.Newest,
    };

    public static int Of(IMailboxCommand command) => command switch
    {
        AppendMessages or StoreFlags or CopyMessages or MoveMessages or ExpungeMessages or CreateFolder or DeleteFolder or RenameFolder or SetSubscription
            or PurgeAccount or ListFolders or DescribeFolder or InspectAccount or OpenFolder or LocateFolder => FeatureLevel.Mail,
        _ => FeatureLevel.Newest,
    };

    /// <summary>The refusal of changes that the cluster cannot have yet; null if it can.</summary>
    public static MailboxRefusedException? Refusal(IReadOnlyList<MailboxChange> changes, int level)
    {
        if (level >= FeatureLevel.Newest)
            return null;
        var needed = changes.SelectMany(static change => change.Events).Select(Of).DefaultIfEmpty(FeatureLevel.Oldest).Max();
        return needed > level ? NotYet(needed, level) : null;
    }

    /// <summary>The refusal of a command that not every node knows yet; null if all do.</summary>
    public static MailboxRefusedException? Refusal(IMailboxCommand command, int level) =>
        level < FeatureLevel.Newest && Of(command) is var needed && needed > level ? NotYet(needed, level) : null;

    private static MailboxRefusedException NotYet(int needed, int level) => new(
        RefusalReason.Unavailable,
        $"This cannot be done before all nodes run a release that knows of it (feature level {needed}; the cluster is at {level}); try again later.");
}
