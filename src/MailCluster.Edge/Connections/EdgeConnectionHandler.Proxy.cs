using System.Net;

namespace MailCluster.Edge;

/// <summary>
/// Listeners behind a balancer. The problem: the node sees the balancer's address where the client's is needed, for the limits, for the penalties of
/// failed logins, for the log. The balancer says it in a header ahead of everything else, TLS included; and since whoever may send it can be
/// anybody, it is taken from the configured networks alone.
/// </summary>
/// <remarks>
/// The steps: a connection from elsewhere is closed, unread. One from a balancer is entered into the books without an address, so that it counts against all
/// connections and has the login timeout as its deadline like any other; then its header is read; then it enters the count of its client's address and is
/// served as if the client had come itself. What goes wrong before the client is known is told to nobody but the log: there is none to tell.
/// </remarks>
public abstract partial class EdgeConnectionHandler
{
    private async Task ServeBehindProxyAsync(EdgeConnection edge, IReadOnlyList<IPNetwork> networks)
    {
        if (!IsWithin(networks, edge.RemoteAddress))
        {
            RefuseProxy(edge, ProxyFault.Untrusted);
        }
        else if (!Services.Connections.TryAdmit(edge, HasLogin, isClientKnown: false, out var refusal))
        {
            // The line that tells why would come inside TLS, and TLS after the header.
            CountRefusal(edge, refusal);
        }
        else if (await edge.ReadProxyHeaderAsync() is var fault and not ProxyFault.None)
        {
            if (fault != ProxyFault.Closed)
                RefuseProxy(edge, fault);
        }
        else if (!Services.Connections.TryEnterAddress(edge, HasLogin, out refusal))
        {
            await RefuseAsync(edge, refusal);
        }
        else
        {
            edge.MarkClientKnown(HasLogin);
            await ServeAsync(edge);
        }
    }

    private void RefuseProxy(EdgeConnection edge, ProxyFault fault)
    {
        Services.Metrics.ProxyRefused(Protocol, fault);
        if (MayLogRefusal())
            EdgeLog.ProxyRefused(Services.Log, Protocol, fault, edge.RemoteAddress);
    }

    private static bool IsWithin(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
