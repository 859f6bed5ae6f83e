namespace MailCluster.Edge;

/// <summary>
/// The deadline of a message that is being received: a time for each piece, and a rate for the whole, so that a client that trickles
/// cannot hold a session and its spool for ever.
/// </summary>
public struct TransferDeadline
{
    private readonly EdgeConnection _connection;
    private readonly EdgeTimeouts _timeouts;
    private readonly long _begun;
    private long _bytes;

    internal TransferDeadline(EdgeConnection connection, EdgeTimeouts timeouts, long now)
    {
        _connection = connection;
        _timeouts = timeouts;
        _begun = now;
        _connection.ExpectInput(timeouts.Transfer);
    }

    /// <summary>A piece of <paramref name="bytes"/> arrived.</summary>
    public void Renew(long bytes)
    {
        _bytes += bytes;
        var deadline = _connection.Now + (long)_timeouts.Transfer.TotalMilliseconds;
        if (_timeouts.TransferRateMin > 0)
        {
            var paid = _begun + (long)_timeouts.Transfer.TotalMilliseconds + _bytes * 1000 / _timeouts.TransferRateMin;
            deadline = Math.Min(deadline, paid);
        }

        _connection.ExpectInputBy(deadline);
    }
}
