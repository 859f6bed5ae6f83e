using System.Globalization;

namespace MailCluster.Cluster;

/// <summary>Names one sharded entity, such as an account. Canonical: two spellings are two entities.</summary>
public readonly record struct EntityId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>One of a fixed number of shards, from 0.</summary>
public readonly record struct ShardId(int Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
