using System.Net.Sockets;

namespace MailCluster.Node.Listeners;

/// <summary>Which listener could not be opened, and why: the connection server tells only the error.</summary>
internal static class BindFault
{
    /// <summary>A sentence for the operator.</summary>
    /// <param name="error">What the connection server threw.</param>
    /// <param name="listeners">All that were to be opened.</param>
    public static string Describe(SocketException error, IReadOnlyList<BoundListener> listeners)
    {
        // Those that are open already fail here with another error ("in use") than the one that is looked for.
        var culprit = listeners.FirstOrDefault(listener => ErrorOf(listener) == error.SocketErrorCode);
        var which = culprit is null ? "a listener" : $"listener {culprit.Name} on {culprit.Address}";
        var hint = error.SocketErrorCode == SocketError.AccessDenied ? " (ports under 1024 need a privilege: CAP_NET_BIND_SERVICE)" : "";
        return $"{which} cannot be opened: {error.Message}{hint}";
    }

    private static SocketError ErrorOf(BoundListener listener)
    {
        try
        {
            if (listener.EndPoint is not { } endPoint)
            {
                return SocketError.Success;
            }
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }
}
