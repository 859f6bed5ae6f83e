using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Transport;

/// <summary>
/// A transport for Kestrel in the place of its own, for TCP on Linux: sessions run on the thread that hears of their sockets
/// (<see cref="SocketPoller"/>). Dispose it after the server.
/// </summary>
/// <param name="backlog">Connections that wait to be accepted.</param>
/// <param name="awake">How long a thread that has nothing else to do waits awake for a client that has been quick; zero = never.</param>
/// <param name="time">The clock of pauses.</param>
/// <param name="loggers">Where the log goes.</param>
public sealed class PolledListenerFactory(int backlog, TimeSpan awake, TimeProvider time, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("MailCluster.Edge.Transport");
    private readonly Lock _guard = new();
    private SocketPoller? _poller;

    /// <summary>Whether this machine can do it: Linux on x86-64 or ARM64.</summary>
    public static bool IsAvailable => EpollCalls.AreAvailable;

    /// <summary>True for TCP. Unix sockets stay with the framework's transport.</summary>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <exception cref="AddressInUseException">The address is taken.</exception>
    /// <exception cref="SocketException">The address is not of this machine, or may not be used.</exception>
    /// <exception cref="IOException">The system has no descriptor left.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Blocking = false;
            // Linux hands it down to the connections. Answers are sent whole; what Nagle's algorithm would wait for does not come.
            socket.NoDelay = true;
            socket.Listen(backlog);
            return new ValueTask<IConnectionListener>(new PolledListener(socket, Poller(), time, _log));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket?.Dispose();
            throw new AddressInUseException(error.Message, error);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_guard)
        {
            _poller?.Dispose();
            _poller = null;
        }
    }

    private SocketPoller Poller()
    {
        lock (_guard)
        {
            return _poller ??= new SocketPoller(time, _log, awake);
        }
    }
}
