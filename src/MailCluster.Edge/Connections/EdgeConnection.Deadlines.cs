namespace MailCluster.Edge;

/// <summary>The deadlines of a connection: fields with heartbeat ticks (0 = none), set by the session and read by the heartbeat.</summary>
public sealed partial class EdgeConnection
{
    private long _inputDeadline;
    private long _loginDeadline;
    private long _flushDeadline;
    private long _handshakeDeadline;
    private long _endDeadline;
    private long _wakeAt;
    private int _ending;

    /// <summary>Whether and why the session must end. Once set it stays.</summary>
    public ConnectionEnding Ending => (ConnectionEnding)Volatile.Read(ref _ending);

    /// <summary>
    /// The client has <paramref name="timeout"/> from now to complete what comes next (a command, the next piece of a literal). Past it
    /// <see cref="Ending"/> becomes <see cref="ConnectionEnding.IdleTimeout"/> and the read comes back cancelled. A new call replaces the
    /// deadline: call it once a command, not once a read, so that a byte a minute does not keep a command alive.
    /// </summary>
    public void ExpectInput(TimeSpan timeout) => Volatile.Write(ref _inputDeadline, _services.Heartbeat.Deadline(timeout));

    /// <summary>The session waits for nothing of the client: it works for it.</summary>
    public void ExpectNothing() => Volatile.Write(ref _inputDeadline, 0);

    /// <summary>The session wants to be woken, once, when <paramref name="delay"/> is over; a new call replaces the time, and an infinite one takes it back.</summary>
    public void WakeAfter(TimeSpan delay) => Volatile.Write(ref _wakeAt, _services.Heartbeat.Deadline(delay));

    /// <summary>Begins the deadline of a message or literal that is being received.</summary>
    public TransferDeadline BeginTransfer() => new(this, _services.Options.Timeouts, _services.Heartbeat.Now);

    /// <summary>Whether a transfer that was woken must stop. Not while the node drains: the command in flight is finished, within the drain's deadline.</summary>
    public bool MustInterruptTransfer => Ending is not (ConnectionEnding.None or ConnectionEnding.Draining);

    internal long Now => _services.Heartbeat.Now;

    internal void ExpectInputBy(long deadline) => Volatile.Write(ref _inputDeadline, deadline);

    /// <summary>
    /// Tells the session to end: the pending or next read comes back cancelled, and past <paramref name="grace"/> the connection is cut. The first reason stays.
    /// </summary>
    internal void RequestEnd(ConnectionEnding reason, TimeSpan grace)
    {
        if (Interlocked.CompareExchange(ref _ending, (int)reason, (int)ConnectionEnding.None) != (int)ConnectionEnding.None)
            return;
        Volatile.Write(ref _endDeadline, _services.Heartbeat.Deadline(grace));
        Wake();
    }

    internal void ExpectLogin() => Volatile.Write(ref _loginDeadline, _services.Heartbeat.Deadline(_services.Options.Timeouts.Login));

    internal void BeginFlush() =>
        Volatile.Write(ref _flushDeadline, _services.Heartbeat.Deadline(_services.Options.Timeouts.WriteStall));

    internal void ExpectHandshake() =>
        Volatile.Write(ref _handshakeDeadline, _services.Heartbeat.Deadline(_services.Options.Timeouts.Handshake));

    internal void EndHandshake() => Volatile.Write(ref _handshakeDeadline, 0);

    internal void EndFlush() => Volatile.Write(ref _flushDeadline, 0);

    /// <summary>One look at all deadlines, from the heartbeat. Does not throw: the timer serves all connections.</summary>
    internal void Tick(long now)
    {
        if (IsPast(ref _wakeAt, now))
        {
            Volatile.Write(ref _wakeAt, 0);
            Wake();
        }

        try
        {
            CheckDeadlines(now);
        }
        catch (Exception e)
        {
            EdgeLog.TickFailed(_services.Log, e, Protocol, Id);
        }
    }

    private void CheckDeadlines(long now)
    {
        if (IsPast(ref _endDeadline, now))
            Cut(ConnectionEnding.Overdue, "The session did not end in time.");
        else if (IsPast(ref _flushDeadline, now))
            Cut(ConnectionEnding.WriteStalled, "The client takes nothing of what is sent to it.");
        else if (IsPast(ref _handshakeDeadline, now))
            Cut(ConnectionEnding.HandshakeTimeout, "The TLS handshake was not done in time.");
        else if (IsPast(ref _inputDeadline, now))
            RequestEnd(ConnectionEnding.IdleTimeout, _services.Options.Timeouts.EndGrace);
        else if (IsPast(ref _loginDeadline, now))
            RequestEnd(ConnectionEnding.LoginTimeout, _services.Options.Timeouts.EndGrace);
    }

    private static bool IsPast(ref long deadline, long now) => Volatile.Read(ref deadline) is var at and not 0 && now >= at;

    private void Cut(ConnectionEnding reason, string text)
    {
        // Once: an aborted connection stays in the books until its session returns.
        Volatile.Write(ref _endDeadline, 0);
        Volatile.Write(ref _flushDeadline, 0);
        Volatile.Write(ref _handshakeDeadline, 0);
        Volatile.Write(ref _inputDeadline, 0);
        Volatile.Write(ref _loginDeadline, 0);
        Interlocked.CompareExchange(ref _ending, (int)reason, (int)ConnectionEnding.None);
        EdgeLog.ConnectionCut(_services.Log, Protocol, Id, reason);
        Abort(text);
    }
}
