using System.Net;

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

    /// <summary>Without a renewal for so long, other nodes may take this node's shards.</summary>
    public required TimeSpan Lease { get; init; }
}
