using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Transport;

/// <summary>A listening socket whose connections are watched by a <see cref="SocketPoller"/>.</summary>
internal sealed class PolledListener : IConnectionListener, IPolled
{
    /// <summary>How long nobody is accepted when the system has no descriptor or memory left. Those who wait are not lost by it.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly SocketPoller _poller;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Readiness _ready = new();
    private readonly EndPoint? _local;
    private bool _isUnbound;
    private bool _isFailing;

    /// <param name="socket">Listens already, and does not wait.</param>
    /// <param name="poller">Watches it and its connections.</param>
    /// <param name="time">For the pause after a failure.</param>
    /// <param name="log">For failures.</param>
    /// <exception cref="IOException">The kernel does not watch it.</exception>
    public PolledListener(Socket socket, SocketPoller poller, TimeProvider time, ILogger log)
    {
        _socket = socket;
        _poller = poller;
        _time = time;
        _log = log;
        EndPoint = socket.LocalEndPoint!;
        var isAny = EndPoint is not IPEndPoint { Address: var address } || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        _local = isAny ? null : EndPoint;
        poller.Add(this, socket.SafeHandle, PollEvents.Readable | PollEvents.EdgeTriggered);
    }

    public EndPoint EndPoint { get; }

    public ulong Token { get; set; }

    public void OnReady(PollEvents events) => _ready.Signal();

    /// <summary>The next connection; null after <see cref="UnbindAsync"/>. One call at a time.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        await using var registration = cancellationToken.UnsafeRegister(static ready => ((Readiness)ready!).SignalElsewhere(), _ready);
        while (!Volatile.Read(ref _isUnbound))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Accept(out var error) is { } connection)
            {
                _isFailing = false;
                return connection;
            }

            if (error == SocketCalls.WouldBlock)
                await _ready.WaitAsync();
            else if (error != SocketCalls.ConnectionAborted)
                await PauseAsync(error, cancellationToken);
        }

        return null;
    }

    /// <summary>Closes the listening socket. Who waits in its backlog is reset; connections that were accepted go on.</summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (!Interlocked.Exchange(ref _isUnbound, true))
        {
            _socket.Dispose();
            _poller.Remove(this);
            _ready.SignalElsewhere();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private PolledConnection? Accept(out int error)
    {
        Span<byte> address = stackalloc byte[SocketAddressReader.OctetsMax];
        address.Clear();
        try
        {
            if (SocketCalls.Accept(_socket.SafeHandle, address, out error) is not { } accepted)
                return null;
            var remote = SocketAddressReader.Read(address);
            var local = _local;
            if (local is null && SocketCalls.TryGetLocalAddress(accepted, address))
                local = SocketAddressReader.Read(address);
            return new PolledConnection(_poller, accepted, local, remote);
        }
        catch (ObjectDisposedException)
        {
            // Unbound meanwhile, which the loop sees.
            error = SocketCalls.ConnectionAborted;
            return null;
        }
    }

    private async Task PauseAsync(int error, CancellationToken cancellationToken)
    {
        if (!_isFailing)
            TransportLog.AcceptFailed(_log, EndPoint, PolledConnection.Describe(error));
        _isFailing = true;
        await Task.Delay(RetryDelay, _time, cancellationToken);
    }
}
