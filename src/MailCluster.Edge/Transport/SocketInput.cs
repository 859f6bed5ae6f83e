using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge.Transport;

/// <summary>
/// What a client sends, read from the socket when the session asks for it, on the session's thread. There is no reading ahead of that: a client whose session
/// is busy fills the kernel's buffer and then waits, and a session that waits holds no memory.
/// </summary>
/// <remarks>
/// A read that took less than there was room for has emptied the socket, and the next one waits for the poller's word instead of asking the kernel in vain. That
/// word comes for every change, also for one between the read and the wait (<see cref="Readiness"/>).
/// </remarks>
internal sealed class SocketInput(PolledConnection connection) : PipeReader
{
    /// <summary>Octets that are read for a session that looks what has come and does not take it: a batch of commands, or most messages.</summary>
    private const int ReadAheadMax = 64 * 1024;

    /// <summary>A third of a microsecond or so, between two calls that take as long.</summary>
    private const int SpinsBetweenLooks = 10;

    private readonly Readiness _ready = new();
    private BlockChain _chain;
    private ClientPace _pace = new(connection.QuickTicks);
    private long _unexamined;
    private Exception? _fault;
    private bool _mayHaveMore = true;
    private bool _isFinished;
    private bool _isHungUp;
    private int _cancelled;

    private enum Receipt
    {
        Nothing,
        Some,
        End,
    }

    /// <summary>Whether a read waits for the client.</summary>
    public bool HasWaiter => _ready.HasWaiter;

    /// <summary>The poller's word that there is something, or the end. What waits goes on on the caller's thread.</summary>
    public void OnReadable(bool isHungUp)
    {
        if (isHungUp)
            Volatile.Write(ref _isHungUp, true);
        _ready.Signal();
    }

    /// <summary>The connection was cut: what waits goes on, on the thread pool, and learns of it.</summary>
    public void WakeElsewhere() => _ready.SignalElsewhere();

    /// <summary>
    /// What has come. Of a client that sends ahead this is more with each call, up to <see cref="ReadAheadMax"/>, so that a session can see how much of a message is there
    /// before it waits for something else.
    /// </summary>
    public override bool TryRead(out ReadResult result)
    {
        while (_chain.Length < ReadAheadMax && Volatile.Read(ref _cancelled) == 0 && MayReceive() && Receive(1) == Receipt.Some)
        {
        }

        if (!IsSettled(1))
        {
            result = default;
            return false;
        }

        ThrowIfFaulted();
        result = TakeResult();
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        ReadAtLeastAsyncCore(1, cancellationToken);

    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        var bytesMin = Math.Max(minimumSize, 1);
        while (!IsSettled(bytesMin))
        {
            if ((!MayReceive() || Receive(bytesMin) == Receipt.Nothing) && !(_pace.IsQuick && ReceiveAwake(bytesMin)))
                return WaitAsync(bytesMin, cancellationToken);
        }

        return Fault() is { } fault ? ValueTask.FromException<ReadResult>(fault) : new ValueTask<ReadResult>(TakeResult());
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var taken = _chain.OffsetOf(consumed);
        _unexamined = _chain.Length - Math.Max(taken, _chain.OffsetOf(examined));
        _chain.Take(taken);
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _cancelled, 1);
        _ready.Signal();
    }

    /// <summary>The session reads no more: what is left goes.</summary>
    public override void Complete(Exception? exception = null)
    {
        _isFinished = true;
        _unexamined = 0;
        _chain.Clear();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(int bytesMin, CancellationToken cancellationToken)
    {
        connection.Watch(isForRoom: false);
        _pace.Begin();
        var registration = cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static ready => ((Readiness)ready!).SignalElsewhere(), _ready)
            : default;
        try
        {
            while (!IsSettled(bytesMin))
            {
                await _ready.WaitAsync();
                _pace.End();
                cancellationToken.ThrowIfCancellationRequested();
                _mayHaveMore = true;
                while (!IsSettled(bytesMin) && MayReceive() && Receive(bytesMin) != Receipt.Nothing)
                {
                }
            }
        }
        finally
        {
            await registration.DisposeAsync();
        }

        ThrowIfFaulted();
        return TakeResult();
    }

    /// <summary>Whether the socket is worth asking: as far as is known, it has something that was not read.</summary>
    public bool MayReceive() => !_isFinished && _fault is null && (_mayHaveMore || Volatile.Read(ref _isHungUp) || _ready.TryTake());

    /// <summary>Whether there is something to answer a read with.</summary>
    private bool IsSettled(int bytesMin) =>
        Volatile.Read(ref _cancelled) != 0 || _isFinished || Fault() is not null || _unexamined > 0 && _chain.Length >= bytesMin;

    private Exception? Fault() => _fault ??= connection.AbortReason;

    private void ThrowIfFaulted()
    {
        if (Fault() is { } fault)
            throw fault;
    }

    private ReadResult TakeResult()
    {
        var isCancelled = Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0;
        return new ReadResult(_chain.Sequence, isCancelled, _isFinished);
    }

    /// <summary>
    /// Asks the kernel again and again, for a moment: of a quick client and a small command, falling asleep and waking up would take longer than either. Only on a thread
    /// that would have nothing else to do, and as long as that is so. The poller is not to wake another thread meanwhile.
    /// </summary>
    private bool ReceiveAwake(int bytesMin)
    {
        if (!connection.MayStayAwake)
            return false;
        connection.Unwatch();
        var end = Stopwatch.GetTimestamp() + connection.AwakeTicks;
        do
        {
            if (Receive(bytesMin) != Receipt.Nothing)
            {
                _pace.Met();
                return true;
            }

            Thread.SpinWait(SpinsBetweenLooks);
        }
        while (connection.MayStayAwake && Volatile.Read(ref _cancelled) == 0 && Stopwatch.GetTimestamp() < end);
        _pace.Missed();
        return false;
    }

    private Receipt Receive(int bytesMin)
    {
        var room = _chain.Offer(0, isBulk: _mayHaveMore && _chain.Length > 0 || bytesMin > 1);
        var count = connection.Receive(room.Span);
        if (count > 0)
        {
            _mayHaveMore = count == room.Length;
            _unexamined += count;
            _chain.Commit(count);
            return Receipt.Some;
        }

        _chain.Withdraw();
        _mayHaveMore = false;
        if (count == SocketCalls.WouldBlock)
            return Receipt.Nothing;
        if (count == 0)
            _isFinished = true;
        else
            _fault = connection.AbortReason ?? new ConnectionResetException(PolledConnection.Describe(count));
        connection.MarkClosed();
        return Receipt.End;
    }
}
