using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>Takes connections, on a port of loopback and on a Unix socket, and never says anything.</summary>
internal sealed class SilentServer : IAsyncDisposable
{
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-silent-");
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _accepted = [];
    private readonly Task[] _loops;

    public SilentServer()
    {
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Listen();
        _unix.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _unix.Listen();
        _loops = [AcceptAsync(_tcp), AcceptAsync(_unix)];
    }

    public int Port => ((IPEndPoint)_tcp.LocalEndPoint!).Port;

    public string PortText => Port.ToString(CultureInfo.InvariantCulture);

    public string DirectoryPath => _directory.FullName;

    /// <summary>Named as PostgreSQL names it.</summary>
    public string SocketPath => Path.Combine(_directory.FullName, ".s.PGSQL.5432");

    public Task Connected => _connected.Task;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_loops);
        _tcp.Dispose();
        _unix.Dispose();
        lock (_accepted) _accepted.ForEach(static socket => socket.Dispose());
        _directory.Delete(recursive: true);
        _end.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(_end.Token);
                lock (_accepted) _accepted.Add(socket);
                _connected.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
