using System.Net;
using MailCluster.Cluster;

namespace MailCluster.Node.Configuration;

/// <summary>How this node is a member of its cluster.</summary>
internal sealed record ClusterSettings
{
    /// <summary>Nodes of another cluster are refused.</summary>
    public required string Name { get; init; }

    /// <summary>Null for every address.</summary>
    public required IPAddress? ListenAddress { get; init; }

    /// <summary>0 picks a free one.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The host by which peers reach this node; null for the node's name.</summary>
    public required string? AdvertiseHost { get; init; }

    /// <summary>Null: the port that is listened on.</summary>
    public required int? AdvertisePort { get; init; }

    /// <summary>Full path: who may sign the certificates of peers.</summary>
    public required string CertificateAuthority { get; init; }

    public required CertificateFiles Certificate { get; init; }

    public required PeerSettings Peers { get; init; }
}

/// <summary>What is spent on peers. Sizes in bytes.</summary>
internal sealed record PeerSettings
{
    public required int MessageBytes { get; init; }

    public required int StreamWindowBytes { get; init; }

    public required long OutboxBytes { get; init; }

    public required int Requests { get; init; }

    public required long RequestBytes { get; init; }

    public required int Connections { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    public required TimeSpan HandshakeTimeout { get; init; }

    public required TimeSpan Ping { get; init; }

    public required TimeSpan Silence { get; init; }
}

/// <summary>Leases and shards; they count on a node that is alone on its database too.</summary>
/// <param name="Lease">Without a renewal for so long, other nodes may take this node's shards.</param>
/// <param name="LeaseMargin">So much earlier the node itself stops serving.</param>
/// <param name="MapPoll">The map is read at least so often.</param>
/// <param name="ProbeTimeout">For a peer whose connection broke to say that it is there.</param>
/// <param name="HandOvers">Shards handed over at the same time.</param>
/// <param name="LeavingHandOvers">The same while leaving.</param>
/// <param name="Buffer">Messages that may wait for one shard.</param>
/// <param name="LevelMax">The highest <see cref="FeatureLevel"/> that this node is to work at.</param>
internal sealed record ShardSettings(
    TimeSpan Lease, TimeSpan LeaseMargin, TimeSpan MapPoll, TimeSpan ProbeTimeout, int HandOvers, int LeavingHandOvers, int Buffer, int LevelMax);
