namespace MailCluster.Auth.Abuse;

/// <summary>
/// The other nodes of the cluster, for what is worth telling and not worth waiting for. News may be lost, or come twice, or late: counts are then a little low, and
/// bans come with the next reading of their store.
/// </summary>
public interface INeighbours
{
    /// <summary>Raised with what another node told; on any thread.</summary>
    event Action<ReadOnlyMemory<byte>>? Told;

    /// <summary>The number of this run of this node, which no other run has; 0 for a node without others, and before it has joined them.</summary>
    long Self { get; }

    /// <summary>Tells all other nodes; returns at once.</summary>
    void Tell(ReadOnlyMemory<byte> news);

    /// <summary>False for a run that is over, or unknown. From memory.</summary>
    bool IsThere(long run);
}

/// <summary>A node without others.</summary>
public sealed class NoNeighbours : INeighbours
{
    public event Action<ReadOnlyMemory<byte>>? Told
    {
        add { }
        remove { }
    }

    public long Self => 0;

    public void Tell(ReadOnlyMemory<byte> news)
    {
    }

    public bool IsThere(long run) => false;
}
