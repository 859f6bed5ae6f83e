using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Edge.Transport;

/// <summary>
/// One accepted connection: a socket, its two directions, and its place with the poller, which it takes when it first has to wait.
/// </summary>
/// <remarks>
/// Its end, by what ends it: <see cref="DisposeAsync"/> after a session sends what is left, throws away what the client has sent and nobody read (closing a socket
/// with unread input would reset it, and the last line might not arrive), and closes. <see cref="Abort"/> resets, and wakes whoever waits. A reset by the client is found by
/// the next read or write. In each case the place with the poller is given up, and an event that is on its way finds it empty or taken by another token.
/// </remarks>
internal sealed class PolledConnection : ConnectionContext, IPolled, IDuplexPipe,
    IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature
{
    /// <summary>Thrown away of what a client had sent when its session ended.</summary>
    private const int DiscardBytesMax = 128 * 1024;

    private const PollEvents Incoming = PollEvents.Readable | PollEvents.PeerFinished | PollEvents.EdgeTriggered;
    private const PollEvents Ends = PollEvents.PeerFinished | PollEvents.HungUp | PollEvents.Error;

    private static long _lastId;

    private readonly SocketPoller _poller;
    private readonly SocketDescriptor _socket;
    private readonly SocketInput _input;
    private readonly SocketOutput _output;
    private readonly ConnectionFeatures _features;
    private readonly Lock _guard = new();
    private Exception? _abortReason;
    private CancellationTokenSource? _closedSource;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private bool _isClosed;

    /// <summary>What the poller tells of; none as long as it has no place there.</summary>
    private PollEvents _watched;

    public PolledConnection(SocketPoller poller, SocketDescriptor socket, EndPoint? local, EndPoint? remote)
    {
        _poller = poller;
        _socket = socket;
        _input = new SocketInput(this);
        _output = new SocketOutput(this);
        _features = new ConnectionFeatures(this);
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Transport = this;
    }

    public ulong Token { get; set; }

    public override string ConnectionId
    {
        get => _id ??= string.Create(CultureInfo.InvariantCulture, $"P{Interlocked.Increment(ref _lastId):X}");
        set => _id = value;
    }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Why the connection was cut; null if it was not.</summary>
    public Exception? AbortReason => Volatile.Read(ref _abortReason);

    public override CancellationToken ConnectionClosed
    {
        get
        {
            lock (_guard)
            {
                if (_closedSource is null)
                {
                    _closedSource = new CancellationTokenSource();
                    if (_isClosed)
                        _closedSource.Cancel();
                }

                return _closedSource.Token;
            }
        }

        set => throw new NotSupportedException("The transport says when a connection is closed.");
    }

    /// <summary>The poller's word. What waits for it goes on on this thread.</summary>
    public void OnReady(PollEvents events)
    {
        var isHungUp = (events & Ends) != 0;
        if (isHungUp)
            MarkClosed();
        if ((events & (PollEvents.Writable | PollEvents.HungUp | PollEvents.Error)) != 0)
        {
            // Also when no flush waits yet: one may be about to. Where both directions wait, neither may keep the other from going on.
            if (_input.HasWaiter)
                _output.WakeElsewhere();
            else
                _output.OnWritable();
        }

        if ((events & (PollEvents.Readable | Ends)) != 0)
            _input.OnReadable(isHungUp);
    }

    /// <summary>How long a client may take that is called quick, and how long it is waited for awake, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long QuickTicks => 2 * _poller.AwakeTicks;

    /// <inheritdoc cref="QuickTicks"/>
    public long AwakeTicks => _poller.AwakeTicks;

    /// <summary>Whether this thread has nothing else to do.</summary>
    public bool MayStayAwake => _poller.IsAlone;

    /// <summary>The poller tells of no input until the next <see cref="Watch"/>: who reads looks for itself. Of the client's end, and of room, it goes on to tell.</summary>
    public void Unwatch()
    {
        lock (_guard)
        {
            if (_abortReason is not null || (_watched & PollEvents.Readable) == 0)
                return;
            _watched &= ~PollEvents.Readable;
            _poller.Modify(this, _socket, _watched);
        }
    }

    /// <summary>Sees to it that the poller tells of changes from now on, and of what is the case now.</summary>
    /// <param name="isForRoom">Also when there is room to write.</param>
    public void Watch(bool isForRoom)
    {
        lock (_guard)
        {
            if (_abortReason is not null)
                return;
            var before = _watched;
            var events = before | (isForRoom ? Incoming | PollEvents.Writable : Incoming);
            if (before == PollEvents.None)
                _poller.Add(this, _socket, events);
            else if (isForRoom || events != before)
                _poller.Modify(this, _socket, events);
            _watched = events;
        }
    }

    public int Receive(Span<byte> into)
    {
        try
        {
            return SocketCalls.Receive(_socket, into);
        }
        catch (ObjectDisposedException)
        {
            return SocketCalls.ConnectionAborted;
        }
    }

    public int Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return SocketCalls.Send(_socket, bytes);
        }
        catch (ObjectDisposedException)
        {
            return SocketCalls.ConnectionAborted;
        }
    }

    public int Send(TransportBlock first, int start)
    {
        try
        {
            return SocketCalls.Send(_socket, first, start);
        }
        catch (ObjectDisposedException)
        {
            return SocketCalls.ConnectionAborted;
        }
    }

    /// <summary>What the system calls an error that a call gave.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(-error);

    /// <summary>The client said that it is done, or the connection failed: whoever asked for that token is told, elsewhere.</summary>
    public void MarkClosed()
    {
        if (Volatile.Read(ref _isClosed))
            return;
        lock (_guard)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            if (_closedSource is { } source)
                ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close(abortReason, isReset: true);
    }

    public override ValueTask DisposeAsync()
    {
        if (AbortReason is null && _input.MayReceive())
            Discard();
        // A flow that was given up and still waits finds the connection cut. So the memory of the two directions, if they hold any, is left to the garbage
        // collector: given back here, it could be somebody else's while that flow has it.
        Close(new ConnectionAbortedException("The connection was closed."), isReset: false);
        return base.DisposeAsync();
    }

    private void Close(Exception reason, bool isReset)
    {
        lock (_guard)
        {
            if (_abortReason is not null)
                return;
            Volatile.Write(ref _abortReason, reason);
            if (isReset)
                SocketCalls.ResetOnClose(_socket);
            _socket.Dispose();
            if (_watched != PollEvents.None)
                _poller.Remove(this);
        }

        MarkClosed();
        _input.WakeElsewhere();
        _output.WakeElsewhere();
    }

    private void Discard()
    {
        Span<byte> waste = stackalloc byte[4096];
        for (var left = DiscardBytesMax; left > 0;)
        {
            var count = Receive(waste);
            if (count <= 0)
                return;
            left -= count;
        }
    }
}
