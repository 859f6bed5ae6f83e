using System.Net.Sockets;

namespace MailCluster.Ctl;

/// <summary>Where the node listens, and the connecting to it.</summary>
internal static class AdminSocket
{
    public const string Variable = "MAILCTL_SOCKET";
    private const string InThisFolder = "./data/admin.sock";
    private const string OfTheSystem = "/var/lib/mailcluster/admin.sock";

    /// <summary>
    /// The socket to use: the option, else the environment variable, else the one of a node that was started in this folder, else the one
    /// of a
    /// packaged node.
    /// </summary>
    public static string Find(string? option, Func<string, string?> environment, Func<string, bool> exists)
    {
        if (option is { Length: > 0 }) return option;
        if (environment(Variable) is { Length: > 0 } variable) return variable;
        return exists(InThisFolder) || !exists(OfTheSystem) ? InThisFolder : OfTheSystem;
    }

    /// <exception cref="CtlException">Nobody listens there, or this user may not connect.</exception>
    public static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception error)
        {
            socket.Dispose();
            throw error switch
            {
                SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                    new CtlException(
                        ExitCodes.NoPermission, $"{path} belongs to another user; run mailctl as the user that runs the node", error),
                SocketException =>
                    new CtlException(
                        ExitCodes.Unavailable,
                        $"no node is listening on {path}: is mailcluster running? Use --socket or ${Variable} to name its socket",
                        error),
                ArgumentException => new CtlException(ExitCodes.Usage, $"{path} is too long for a Unix socket", error),
                _ => error,
            };
        }
    }
}
