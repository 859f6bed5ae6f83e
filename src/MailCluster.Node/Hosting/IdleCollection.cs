using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

// The problem. The runtime collects garbage when memory is asked for. A node that has just let ten thousand clients log in, and then only holds their
// connections, asks for none: what the logins left behind stays, a dozen KiB a connection, until the next busy hour.
//
// The same holds for what the storage keeps to save reading it again: thirty and more MiB of database pages, of native memory, which the allocator in turn
// keeps when it is freed.
//
// So this looks several times in an interval at how much was allocated. When that has been little for a whole interval, and much since the last time, it has
// the storage let go, and everything collected, moved together and given back to the system. The pause grows with what is alive, some tens of milliseconds for
// 100 MiB, and falls where nobody waits for anything; where very much is alive, it is collected in the background and not moved.

/// <summary>Gives memory back to the system when the node has become quiet.</summary>
internal sealed class IdleCollection : IAsyncDisposable
{
    /// <summary>How often in an interval it is looked: what becomes quiet is noticed that much of an interval late at most.</summary>
    internal const int LooksPerInterval = 5;

    /// <summary>Bytes allocated in a second that count as quiet: a handful of commands.</summary>
    private const long QuietBytesPerSecond = 512 << 10;

    /// <summary>Bytes that must have been allocated since the last time, or there is too little to gain.</summary>
    private const long WorthwhileBytes = 8 << 20;

    /// <summary>Bytes alive beyond which nothing is moved: the pause would be felt by the one client that comes at that moment.</summary>
    private const long MovedBytesMax = 512 << 20;

    private readonly TimeSpan _lookInterval;
    private readonly TimeProvider _time;
    private readonly Func<Task> _releaseCaches;
    private readonly IProcessMemory _memory;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _quietLooks;
    private long _allocatedBefore;
    private long _allocatedAtCollection;

    /// <param name="interval">How long it must have been quiet.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="releaseCaches">Lets go what is only kept to save reading again.</param>
    /// <param name="memory">The process's own outside tests.</param>
    /// <param name="log">For what was given back.</param>
    public IdleCollection(TimeSpan interval, TimeProvider time, Func<Task> releaseCaches, IProcessMemory memory, ILogger log)
    {
        _lookInterval = interval / LooksPerInterval;
        _time = time;
        _releaseCaches = releaseCaches;
        _memory = memory;
        _log = log;
        _allocatedBefore = memory.AllocatedBytes;
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
        using var timer = new PeriodicTimer(_lookInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>One of the looks of an interval.</summary>
    internal async Task LookAsync()
    {
        var allocated = _memory.AllocatedBytes;
        var quiet = allocated - _allocatedBefore <= QuietBytesPerSecond * _lookInterval.TotalSeconds;
        _quietLooks = quiet ? _quietLooks + 1 : 0;
        _allocatedBefore = allocated;
        if (_quietLooks < LooksPerInterval || allocated - _allocatedAtCollection < WorthwhileBytes)
        {
            return;
        }
        var (before, begun) = (_memory.CommittedBytes, _time.GetTimestamp());
        await _releaseCaches();
        _memory.Collect(move: _memory.LiveBytes <= MovedBytesMax);
        _allocatedAtCollection = _allocatedBefore = _memory.AllocatedBytes;
        NodeLog.MemoryReturned(_log, before, _memory.CommittedBytes, (long)_time.GetElapsedTime(begun).TotalMilliseconds);
    }
}
