using System.Net;

namespace MailCluster.LoadGenerator;

/// <summary>Where a server listens; several for the nodes of a cluster, taken in turns.</summary>
internal sealed class Endpoints(IReadOnlyList<IPEndPoint> all)
{
    private int _taken = -1;

    public IPEndPoint Next() => all[(int)((uint)Interlocked.Increment(ref _taken) % (uint)all.Count)];
}
