using System.Net;
using MailCluster.Cluster.Peers.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailCluster.Cluster.Peers;

/// <summary>
/// Where peers connect: Kestrel's socket transport on a port of its own, apart from the server of the mail protocols, since it has to be open before the
/// node joins (its port is in the member's address) and to close after the last session. Also a <see cref="ConnectionHandler"/> for any other
/// server of connections.
/// </summary>
public sealed class PeerListener : ConnectionHandler, IAsyncDisposable
{
    /// <summary>Connections that wait to be accepted: all nodes at once after a power cut.</summary>
    private const int Backlog = 512;

    /// <summary>What the transport may hold of one connection in either direction, in bytes: four large frames, so that bulk does not wait at each of them.</summary>
    private const int TransportBytes = 4 * PeerProtocol.FrameBytesMax;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly PeerTransport _transport;
    private readonly PeerServices _services;
    private readonly IConnectionListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _guard = new();
    private readonly HashSet<Task> _serving = [];
    private readonly Task _accepting;
    private int _closing;

    private PeerListener(PeerTransport transport, IConnectionListener listener)
    {
        _transport = transport;
        _services = transport.Services;
        _listener = listener;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens: with the port that the system chose, if it was to choose.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.EndPoint;

    /// <summary>Listens from now on. Peers are served once the transport has begun.</summary>
    /// <exception cref="System.IO.IOException">The address is taken (with <see cref="AddressInUseException"/> inside).</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is not of this machine, or may not be used.</exception>
    public static async ValueTask<PeerListener> StartAsync(
        IPEndPoint endPoint, PeerTransport transport, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var options = new SocketTransportOptions { Backlog = Backlog, MaxReadBufferSize = TransportBytes, MaxWriteBufferSize = TransportBytes };
        var factory = new SocketTransportFactory(Options.Create(options), loggers);
        var listener = new PeerListener(transport, await factory.BindAsync(endPoint, cancellationToken));
        var isProtected = transport.Services.Certificates is not null;
        PeerLog.Listening(transport.Services.Log, listener.EndPoint, isProtected ? "mutual TLS" : "no TLS");
        if (!isProtected && !IPAddress.IsLoopback(listener.EndPoint.Address))
        {
            PeerLog.Unprotected(transport.Services.Log, listener.EndPoint);
        }

        return listener;
    }

    public override async Task OnConnectedAsync(ConnectionContext connection) => await _transport.ServeAsync(connection);

    /// <summary>Accepts no more. Connections that are there go on until the transport is disposed.</summary>
    public async ValueTask UnbindAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
            await _listener.UnbindAsync(CancellationToken.None);
        }

        await _accepting;
    }

    /// <summary>
    /// Accepts no more. After the transport was disposed it also waits for the last of its connections; before, those go on, and what they use
    /// is given back when they have ended.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        var closing = Interlocked.Exchange(ref _closing, 1) == 0 ? CloseAsync() : Task.CompletedTask;
        if (_transport.IsDisposed)
        {
            await closing;
        }
    }

    private async Task CloseAsync()
    {
        Task[] serving;
        lock (_guard)
        {
            serving = [.. _serving];
        }

        await Task.WhenAll(serving);
        await _listener.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (await _listener.AcceptAsync(_stopping.Token) is not { } connection)
                {
                    return;
                }

                Serve(connection);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                // No open file left, for example. Those who wait in the backlog are not lost by it.
                PeerLog.AcceptFailed(_services.Log, EndPoint, error);
                await Task.Delay(RetryDelay, _services.Time, CancellationToken.None);
            }
        }
    }

    private void Serve(ConnectionContext connection)
    {
        lock (_guard)
        {
            var serving = Task.Run(() => RunAsync(connection), CancellationToken.None);
            _serving.Add(serving);
            serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Forget(Task served)
    {
        lock (_guard)
        {
            _serving.Remove(served);
        }
    }

    private async Task RunAsync(ConnectionContext connection)
    {
        await using (connection)
        {
            try
            {
                await OnConnectedAsync(connection);
            }
            catch (Exception error)
            {
                PeerLog.ConnectionFailed(_services.Log, error);
            }
        }
    }
}
