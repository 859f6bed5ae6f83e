using System.Net;
using System.Net.Sockets;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>One connection through a <see cref="Relay"/>.</summary>
internal sealed class RelayedConnection(Socket client, int process) : IDisposable
{
    private readonly Socket _client = client;
    private readonly Gate _toTarget = new();
    private readonly Gate _fromTarget = new();
    private Socket? _target;
    private volatile bool _isReset;

    /// <summary>Who opened it; 0 = not one of the nodes.</summary>
    public int Process => process;

    public void Cut(Way ways)
    {
        _toTarget.Set(isOpen: !ways.HasFlag(Way.ToTarget));
        _fromTarget.Set(isOpen: !ways.HasFlag(Way.FromTarget));
    }

    public void Reset()
    {
        _isReset = true;
        ResetSocket(_client);
        ResetSocket(_target);
        // What waits at a closed gate finds its sockets gone.
        Cut(Way.None);
    }

    public async Task RunAsync(EndPoint endPoint)
    {
        var family = endPoint is UnixDomainSocketEndPoint ? AddressFamily.Unix : AddressFamily.InterNetwork;
        _target = new Socket(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        // Nothing gets through a cut to the target, the wish to connect neither.
        await _toTarget.Open;
        await _target.ConnectAsync(endPoint);
        if (_isReset)
            ResetSocket(_target);
        if (family != AddressFamily.Unix)
            _target.NoDelay = true;
        _client.NoDelay = true;
        var pumps = new[] { PumpAsync(_client, _target, _toTarget), PumpAsync(_target, _client, _fromTarget) };
        await await Task.WhenAny(pumps);
        await Task.WhenAll(pumps);
    }

    public void Dispose()
    {
        _client.Dispose();
        _target?.Dispose();
    }

    private static async Task PumpAsync(Socket from, Socket to, Gate gate)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var count = await from.ReceiveAsync(buffer);
            await gate.Open;
            if (count == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
    }

    private static void ResetSocket(Socket? socket)
    {
        try
        {
            socket?.Close(timeout: 0); // a reset, not an end
        }
        catch (SocketException)
        {
            // It was gone already.
        }
    }

    private sealed class Gate
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource? _closed;

        public Task Open
        {
            get
            {
                lock (_lock)
                    return _closed?.Task ?? Task.CompletedTask;
            }
        }

        public void Set(bool isOpen)
        {
            TaskCompletionSource? opened = null;
            lock (_lock)
            {
                if (isOpen)
                    (opened, _closed) = (_closed, null);
                else
                    _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            opened?.TrySetResult();
        }
    }
}
