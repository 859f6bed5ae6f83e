using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Transport;

/// <summary>
/// Watches sockets, and runs what waits for them on the thread that hears of it.
/// </summary>
/// <remarks>
/// <para>The problem: a client that sends a command and waits for the answer pays for threads that wake each other. The framework's transport has one thread that watches all
/// sockets and hands each to the thread pool; there a worker wakes, wakes another in case there is more, and both look for work for a while before they sleep. Of a
/// small command that was more than half of the node's processor time.</para>
/// <para>The steps: some threads wait, all alike, in <c>epoll_wait</c> on one instance. The kernel wakes one of them for a change, the one that went to sleep last; it
/// takes that one event and carries on whatever waits for it, as a rule a session that reads the command, executes it and sends the answer. Meanwhile the next event
/// wakes the next thread. Nobody hands anything over. One event a call, since a second one taken along would wait behind the first.</para>
/// <para>Sockets are registered once, edge-triggered: each change is told once, to one thread. Two changes of one socket may so be told to two threads at once, of which
/// one finds nobody waiting and leaves its signal (<see cref="Readiness"/>).</para>
/// <para>What is watched has a place in a table, and the event carries place and run (<see cref="IPolled.Token"/>): an event that was taken out of the kernel before a socket was
/// closed, and arrives after its place was given to another, finds that the run is not its own. Closing a socket ends its registration.</para>
/// <para>How many threads there are: <see cref="SocketPoller"/>.Threads.cs.</para>
/// </remarks>
internal sealed partial class SocketPoller : IDisposable
{
    private const int PlacesFirst = 256;

    /// <summary>The token of the signal to stop. No place has it: the first run of a place is 1.</summary>
    private const ulong StopToken = 0;

    private readonly ILogger _log;
    private readonly SocketDescriptor _epoll;
    private readonly Lock _guard = new();
    private readonly Stack<int> _free = new();
    private IPolled?[] _places = new IPolled?[PlacesFirst];
    private uint[] _runs = new uint[PlacesFirst];
    private int _placesUsed;

    /// <param name="time">The clock of starvation.</param>
    /// <param name="log">For what went wrong.</param>
    /// <param name="awake">How long a thread waits awake for a quick client; zero = never.</param>
    /// <exception cref="IOException">The system has no descriptor left.</exception>
    public SocketPoller(TimeProvider time, ILogger log, TimeSpan awake)
    {
        AwakeTicks = (long)(awake.TotalSeconds * Stopwatch.Frequency);
        _log = log;
        _epoll = EpollCalls.Create();
        _starvation = time.CreateTimer(static poller => ((SocketPoller)poller!).LookForStarvation(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long a thread waits awake for a quick client, in ticks of <see cref="Stopwatch"/>.</summary>
    public long AwakeTicks { get; }

    /// <summary>Watches from now on, and tells at once what is the case already.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Add(IPolled polled, SafeHandle descriptor, PollEvents events)
    {
        EnsureThreads();
        TakePlace(polled);
        try
        {
            EpollCalls.Add(_epoll, descriptor, events, polled.Token);
        }
        catch (IOException)
        {
            Remove(polled);
            throw;
        }
    }

    /// <summary>Watches for something else, and tells at once what is the case already.</summary>
    public void Modify(IPolled polled, SafeHandle descriptor, PollEvents events) => EpollCalls.Modify(_epoll, descriptor, events, polled.Token);

    /// <summary>Gives the place up. The descriptor must have been closed; an event may still be on its way.</summary>
    public void Remove(IPolled polled)
    {
        var place = (int)(uint)polled.Token;
        lock (_guard)
        {
            if (_places[place] != polled)
                return;
            _places[place] = null;
            _free.Push(place);
        }
    }

    private void TakePlace(IPolled polled)
    {
        lock (_guard)
        {
            if (!_free.TryPop(out var place))
            {
                place = _placesUsed++;
                if (place == _places.Length)
                {
                    var more = new IPolled?[place * 2];
                    _places.CopyTo(more, 0);
                    Array.Resize(ref _runs, place * 2);
                    Volatile.Write(ref _places, more);
                }
            }

            if (++_runs[place] == 0)
                _runs[place] = 1;
            polled.Token = ((ulong)_runs[place] << 32) | (uint)place;
            _places[place] = polled;
        }
    }

    private void Dispatch(PollEvents events, ulong token)
    {
        var places = Volatile.Read(ref _places);
        var place = (uint)token;
        if (place >= places.Length || Volatile.Read(ref places[place]) is not { } polled || polled.Token != token)
            return;
        try
        {
            polled.OnReady(events);
        }
        catch (Exception error)
        {
            // Sessions answer for their own errors; this thread serves all of them.
            TransportLog.DispatchFailed(_log, error);
        }
    }
}
