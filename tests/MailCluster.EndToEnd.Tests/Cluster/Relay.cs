using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Which way bytes go through a relay.</summary>
[Flags]
internal enum Way
{
    None = 0,
    ToTarget = 1,
    FromTarget = 2,
    Both = ToTarget | FromTarget,
}

/// <summary>
/// A piece of network that can be cut: it takes connections on a port of its own and passes their bytes on. A silent cut holds what is on its way, as a network does that
/// loses packets, and lets go of it when it is healed; a reset breaks what there is.
/// </summary>
/// <param name="target">Where connections go; null as long as nothing is there, and then they are reset.</param>
internal sealed class Relay(Func<EndPoint?> target) : IAsyncDisposable
{
    private readonly Socket _listener = Listen();
    private readonly ConcurrentDictionary<RelayedConnection, byte> _connections = new();
    private readonly CancellationTokenSource _ending = new();
    private volatile Func<int, Way> _cuts = _ => Way.None;
    private volatile bool _isRefusing;
    private Task? _accepting;

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>It was cut or reset, and has not been healed since.</summary>
    public bool IsBroken { get; private set; }

    public void Begin() => _accepting = AcceptAsync();

    /// <summary>Silently holds what goes these ways, on connections that there are and on new ones.</summary>
    public void Cut(Way ways) => Cut(_ => ways);

    /// <summary>As <see cref="Cut(Way)"/>, by the process that opened the connection.</summary>
    public void Cut(Func<int, Way> waysOfProcess)
    {
        IsBroken = true;
        _cuts = waysOfProcess;
        foreach (var connection in _connections.Keys)
            connection.Cut(waysOfProcess(connection.Process));
    }

    /// <summary>Breaks every connection, and each new one at once, until healed.</summary>
    public void Reset()
    {
        IsBroken = true;
        _isRefusing = true;
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    public void Heal()
    {
        _isRefusing = false;
        Cut(Way.None);
        IsBroken = false;
    }

    /// <summary>From now on its port refuses, as that of a process that is gone; what is connected stays.</summary>
    public void Close() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        if (_accepting is not null)
            await _accepting;
        foreach (var connection in _connections.Keys)
            connection.Reset();
        _ending.Dispose();
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        return listener;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_ending.Token);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }

            _ = PassOnAsync(client);
        }
    }

    private async Task PassOnAsync(Socket client)
    {
        var process = ProcessTable.OwnerOf(((IPEndPoint)client.RemoteEndPoint!).Port);
        using var connection = new RelayedConnection(client, process);
        _connections[connection] = 0;
        try
        {
            connection.Cut(_cuts(process));
            if (_isRefusing || target() is not { } endPoint)
                connection.Reset();
            else
                await connection.RunAsync(endPoint);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // One side broke; the other is told in the same way.
            connection.Reset();
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}

/// <summary>Which process has a connection to loopback: what the kernel tells in <c>/proc</c>.</summary>
internal static class ProcessTable
{
    /// <summary>The process with this local port, or 0.</summary>
    public static int OwnerOf(int localPort)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $":{localPort:X4}");
        var row = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => fields.Length > 9 && fields[1].EndsWith(address, StringComparison.Ordinal) && fields[9] != "0");
        if (row is null)
            return 0;
        var socket = $"socket:[{row[9]}]";
        return s_watched.Keys.FirstOrDefault(process => Holds(process, socket));
    }

    /// <summary>Only these are looked for.</summary>
    public static void Watch(int process) => s_watched[process] = 0;

    private static readonly ConcurrentDictionary<int, byte> s_watched = new();

    private static bool Holds(int process, string socket)
    {
        try
        {
            return new DirectoryInfo($"/proc/{process}/fd").EnumerateFiles().Any(file => file.LinkTarget == socket);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended.
        }
    }
}
