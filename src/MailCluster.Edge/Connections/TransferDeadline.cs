namespace MailCluster.Edge;

/// <summary>
/// The deadline of a message that is being received: a time for each piece, and a rate for the whole, so that a client that trickles
/// cannot hold a session and its spool for ever.
/// </summary>
public struct TransferDeadline
{
    private const int PieceBytesMax = 16 * 1024;

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

    /// <summary>
    /// Bytes worth waiting for at a time, so that a session is not woken for every packet: at most so many that the slowest client that is
    /// welcome sends them within the time for a piece. At least 1.
    /// </summary>
    public readonly int PieceBytes =>
        (int)Math.Clamp(_timeouts.TransferRateMin * _timeouts.Transfer.TotalSeconds, 1, PieceBytesMax);

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
