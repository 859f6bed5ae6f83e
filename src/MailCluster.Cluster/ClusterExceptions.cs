namespace MailCluster.Cluster;

/// <summary>This node is leaving or stopping and takes no more messages. Certainly not carried out.</summary>
public sealed class RegionStoppedException() : Exception("The node is stopping and takes no more messages.");

/// <summary>The shard is on another node. Certainly not carried out here.</summary>
public sealed class ShardElsewhereException(ShardId shard, string node) : Exception($"Shard {shard} is on node {node}.")
{
    public ShardId Shard { get; } = shard;

    public string Node { get; } = node;
}

/// <summary>The cluster's feature level and what a node speaks do not go together (<see cref="FeatureLevel"/>). It is not a member.</summary>
public sealed class ClusterLevelException : Exception
{
    public ClusterLevelException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The cluster is past what the node speaks.</summary>
    public static ClusterLevelException TooHigh(int spoken, int level, Exception? inner = null) => new(
        $"the cluster is at feature level {level}, and this node speaks no more than {spoken}: there may be mail data that it cannot read. " +
        "Run the release that the other nodes run, or a later one, and take cluster.level-max back if it is set.",
        inner);

    /// <summary>The cluster has members, or had them last, that are too old for the node.</summary>
    public static ClusterLevelException TooLow(int spoken, int level) => new(
        $"the cluster is at feature level {level}, and this release works with others from {spoken} on: it has nodes that are more than one release behind. " +
        "Upgrade them to the release between first, and take cluster.level-max back if one of them sets it.");
}

/// <summary>Where the shard is cannot be told now. Certainly not carried out; try again.</summary>
public sealed class ShardUnavailableException(ShardId shard, Exception cause) : Exception($"Shard {shard} has no home now: {cause.Message}", cause)
{
    public ShardId Shard { get; } = shard;
}

/// <summary>The store was begun with another number of shards than is configured; accounts would be looked for in the wrong place.</summary>
public sealed class ShardCountMismatchException(int stored, int configured)
    : Exception($"The store was begun with {stored} shards, {configured} are configured. The number cannot be changed: configure {stored}.")
{
    public int Stored { get; } = stored;

    public int Configured { get; } = configured;
}

/// <summary>The node that had the entity was lost before it answered, and the message may not be repeated. Perhaps carried out.</summary>
public sealed class OutcomeUnknownException(EntityId entity, string node)
    : Exception($"Node {node} was lost before it answered for {entity}; whether the message was carried out is unknown.")
{
    public EntityId Entity { get; } = entity;

    public string Node { get; } = node;
}

/// <summary>The entity failed on its node, in a way that cannot be told over the wire but as a text: a bug there.</summary>
public sealed class RemoteEntityException(EntityId entity, string node, string message) : Exception($"{entity} failed on node {node}: {message}")
{
    public EntityId Entity { get; } = entity;

    public string Node { get; } = node;
}
