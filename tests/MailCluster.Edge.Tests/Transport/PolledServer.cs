using System.Net;
using System.Net.Sockets;
using MailCluster.Edge.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>A listener of the poller's transport on a port of its own, and a session for each connection.</summary>
internal sealed class PolledServer : IAsyncDisposable
{
    private readonly PolledListenerFactory _factory;
    private readonly Func<ConnectionContext, Task> _session;
    private readonly List<Task> _sessions = [];
    private readonly Task _accepting;

    private PolledServer(PolledListenerFactory factory, IConnectionListener listener, Func<ConnectionContext, Task> session)
    {
        _factory = factory;
        _session = session;
        Listener = listener;
        _accepting = AcceptAsync();
    }

    public IConnectionListener Listener { get; }

    public IPEndPoint EndPoint => (IPEndPoint)Listener.EndPoint;

    public static async Task<PolledServer> StartAsync(Func<ConnectionContext, Task> session, IPAddress? address = null, TimeSpan awake = default)
    {
        var factory = new PolledListenerFactory(512, awake, TimeProvider.System, NullLoggerFactory.Instance);
        return new PolledServer(factory, await factory.BindAsync(new IPEndPoint(address ?? IPAddress.Loopback, 0)), session);
    }

    public async Task<Socket> ConnectAsync(IPAddress? address = null)
    {
        var target = new IPEndPoint(address ?? EndPoint.Address, EndPoint.Port);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target);
        return socket;
    }

    /// <summary>Accepts no more, and waits for the sessions: what one of them threw comes here.</summary>
    public async ValueTask DisposeAsync()
    {
        await Listener.UnbindAsync();
        await _accepting;
        try
        {
            await Task.WhenAll(_sessions);
        }
        finally
        {
            await Listener.DisposeAsync();
            _factory.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (await Listener.AcceptAsync() is { } connection)
            _sessions.Add(Task.Run(() => ServeAsync(connection)));
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        await using (connection)
        {
            await _session(connection);
        }
    }
}

/// <summary>What the tests' clients do with their sockets.</summary>
internal static class ClientSockets
{
    /// <summary>Reads to the end.</summary>
    public static async Task<byte[]> ReceiveAllAsync(this Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer) is var count and > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }

    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int count)
    {
        var buffer = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(at));
            Assert.NotEqual(0, received);
            at += received;
        }

        return buffer;
    }

    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Ends the connection with a reset.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
