namespace MailCluster.Cluster.Membership;

/// <summary>The number of one run of a node. Greater than any before it; one that is declared dead never comes back (DESIGN §9).</summary>
public readonly record struct Generation(long Value) : IComparable<Generation>
{
    /// <summary>No run: a shard without an owner.</summary>
    public static Generation None => default;

    public int CompareTo(Generation other) => Value.CompareTo(other.Value);

    public static bool operator <(Generation left, Generation right) => left.Value < right.Value;

    public static bool operator >(Generation left, Generation right) => left.Value > right.Value;

    public static bool operator <=(Generation left, Generation right) => left.Value <= right.Value;

    public static bool operator >=(Generation left, Generation right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What a node does in its cluster.</summary>
[Flags]
public enum NodeRoles
{
    None = 0,

    /// <summary>Has the public listeners: terminates TLS, authenticates, speaks the protocols.</summary>
    Edge = 1,

    /// <summary>Owns shards.</summary>
    Mailbox = 2,
}

/// <summary>
/// Where a member stands. Only forward:
/// <code>
/// Active ──→ Leaving ──→ Dead
///    └───────────────────↗
/// </code>
/// </summary>
public enum MemberStatus
{
    /// <summary>Serves, and takes its share of the shards.</summary>
    Active,

    /// <summary>Hands over all it has and takes nothing more; still writes what it has.</summary>
    Leaving,

    /// <summary>Gone, or declared gone: never writes again.</summary>
    Dead,
}

/// <summary>What a node says of itself when it joins.</summary>
/// <param name="Node">Its name, unique in the cluster: a new run takes the place of the one before it.</param>
/// <param name="Address">Where its peers reach it, <c>host:port</c>.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Version">Its release, for people.</param>
public sealed record MemberRegistration(string Node, string Address, NodeRoles Roles, string Version)
{
    /// <summary>The highest <see cref="FeatureLevel"/> that it speaks.</summary>
    public int Level { get; init; } = FeatureLevel.Newest;

    /// <summary>The lowest level at which it can work with others.</summary>
    public int LevelMin { get; init; } = FeatureLevel.Oldest;
}

/// <summary>One run of a node, as the store knows it.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Generation">The number of the run.</param>
/// <param name="Address">Where its peers reach it, <c>host:port</c>.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Version">Its release, for people.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="LeaseLeft">By the store's clock, at the time of reading; zero or less when it has run out.</param>
public sealed record Member(
    string Node, Generation Generation, string Address, NodeRoles Roles, string Version, MemberStatus Status, TimeSpan LeaseLeft)
{
    /// <summary>The highest <see cref="FeatureLevel"/> that it speaks.</summary>
    public int Level { get; init; } = FeatureLevel.Newest;
}
