using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>The wire of a node that is alone on its database.</summary>
internal sealed class NoPeers : IPeerTransport
{
    /// <summary>Nobody can fail.</summary>
    public event Action<Member, PeerFailure>? PeerFailed
    {
        add { }
        remove { }
    }

    public ValueTask<ReadOnlyMemory<byte>> AskAsync(Member peer, PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        ValueTask.FromException<ReadOnlyMemory<byte>>(Unreachable(peer));

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member peer, PeerRequest request, CancellationToken cancellationToken) => throw Unreachable(peer);

    private static PeerUnreachableException Unreachable(Member peer) => new(peer.Node, PeerFailure.Rejected, "cluster.enabled is false on this node");
}
