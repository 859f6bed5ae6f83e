namespace MailCluster.Cluster;

// What a cluster does that not every release understands.
//
// The problem: during a rolling upgrade nodes of two releases share one database and one wire. The older one cannot read what only the later one writes: an event of
// a new kind ends the recovery of an account, a new command is refused, and a new field of a snapshot is worse, since it is silently dropped when the older node
// writes its own. An account moves between the nodes at any time, also back.
//
// The answer: numbered levels. A release speaks all levels from Oldest to Newest; the cluster has one level, in its database. What needs a level is not done below it.
//
// The steps:
//   1. a node says, as it joins, up to which level it speaks (its release's newest, or less where cluster.level-max holds it back)
//   2. whoever finds that all live members speak more than the cluster's level raises it, in one transaction that excludes joins          a crash: somebody else does
//   3. each node hears of the raised level with the map; until then it goes on at the level before, which is always allowed
// A level never sinks: from its first moment there may be data that needs it. So a node that does not speak it may not join any more: the transaction of its join fails
// (docs/adr/0030). Leaving and silent members count until they are declared dead, since their writes count as long.
//
// A new level is needed for: a new event, a new command or query between nodes, a new answer to an old one, a new field of a snapshot or event that must not get lost.
// It gets a constant here, a migration in PostgresSchema (an empty one, if need be: by its number releases before levels are refused), and the things that need it are
// kept apart in Mailboxes/Levels. A release that drops a level raises Oldest, and then goes together only with clusters that have got past it.

/// <summary>The levels that this release speaks.</summary>
public static class FeatureLevel
{
    /// <summary>Mail: folders, messages, flags, subscriptions; accounts in the database.</summary>
    public const int Mail = 1;

    /// <summary>Scripts, quotas, outgoing mail, deliveries in one command, POP3's locks, counters that nodes share.</summary>
    public const int Filtering = 2;

    /// <summary>A cluster below it has members that this release cannot work with.</summary>
    public const int Oldest = Mail;

    /// <summary>What this release brings a cluster to when no older one is in it.</summary>
    public const int Newest = Filtering;
}

/// <summary>The level at which this node works now. It only rises.</summary>
public interface IFeatureLevel
{
    int Current { get; }
}

/// <summary>A level that stays: of storage that no other node can reach, whose data this release alone has to read.</summary>
public sealed class FixedFeatureLevel(int level) : IFeatureLevel
{
    public static FixedFeatureLevel Newest { get; } = new(FeatureLevel.Newest);

    public int Current => level;
}
