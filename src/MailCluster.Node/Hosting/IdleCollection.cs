using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

// The problem. The runtime collects garbage when memory is asked for. A node that has just let ten thousand clients log in, and then only holds their
// connections, asks for none: what the logins left behind stays, a dozen KiB a connection, until the next busy hour.
//
// So once in an interval this looks at how much was allocated. When that has been little in a whole interval, and much since the last time, it has
// everything collected, moved together and given back to the system. The pause grows with what is alive, some tens of milliseconds for
// 100 MiB, and falls where nobody waits for anything; where very much is alive, it is collected in the background and not moved.

/// <summary>Gives memory back to the system when the node has become quiet.</summary>
internal sealed class IdleCollection : IAsyncDisposable
{
    /// <summary>Bytes allocated in an interval of a second that count as quiet: a handful of commands.</summary>
    private const long QuietBytesPerSecond = 512 << 10;

    /// <summary>Bytes that must have been allocated since the last time, or there is too little to gain.</summary>
    private const long WorthwhileBytes = 8 << 20;

    /// <summary>Bytes alive beyond which nothing is moved: the pause would be felt by the one client that comes at that moment.</summary>
    private const long MovedBytesMax = 512 << 20;

    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly IManagedHeap _heap;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _allocatedBefore;
    private long _allocatedAtCollection;

    /// <param name="interval">How long it must have been quiet.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="heap">The process's own outside tests.</param>
    /// <param name="log">For what was given back.</param>
    public IdleCollection(TimeSpan interval, TimeProvider time, IManagedHeap heap, ILogger log)
    {
        _interval = interval;
        _time = time;
        _heap = heap;
        _log = log;
        _allocatedBefore = heap.AllocatedBytes;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>One look, as at the end of each interval.</summary>
    internal void Look()
    {
        var allocated = _heap.AllocatedBytes;
        var quiet = allocated - _allocatedBefore <= QuietBytesPerSecond * _interval.TotalSeconds;
        _allocatedBefore = allocated;
        if (!quiet || allocated - _allocatedAtCollection < WorthwhileBytes)
        {
            return;
        }
        var (before, begun) = (_heap.CommittedBytes, _time.GetTimestamp());
        _heap.Collect(move: _heap.LiveBytes <= MovedBytesMax);
        _allocatedAtCollection = _allocatedBefore = _heap.AllocatedBytes;
        NodeLog.MemoryReturned(_log, before, _heap.CommittedBytes, (long)_time.GetElapsedTime(begun).TotalMilliseconds);
    }
}
