namespace MailCluster.Edge;

/// <summary>The header with which a balancer opens a connection.</summary>
public sealed partial class EdgeConnection
{
    private bool _isBalancersOwn;

    /// <summary>
    /// Reads the header and takes the client's address from it. Nothing after it is taken: with implicit TLS the client's first bytes may be in the same
    /// packet. Not <see cref="ProxyFault.None"/>: the connection is of no use.
    /// </summary>
    internal async ValueTask<ProxyFault> ReadProxyHeaderAsync()
    {
        State = "proxy-header";
        // The transport's own reader: the header is not what the client sent, and is not counted as such.
        var input = _context.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            var reading = ProxyHeaderReader.Read(buffer);
            if (reading.Outcome == ProxyHeaderOutcome.Complete)
            {
                input.AdvanceTo(buffer.GetPosition(reading.Length));
                Take(reading.Header);
                return ProxyFault.None;
            }

            if (reading.Outcome == ProxyHeaderOutcome.Rejected)
            {
                input.AdvanceTo(buffer.Start);
                return reading.Fault;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (Ending != ConnectionEnding.None)
                return Ending == ConnectionEnding.LoginTimeout ? ProxyFault.Late : ProxyFault.Closed;
            if (result.IsCompleted)
                return buffer.IsEmpty ? ProxyFault.Closed : ProxyFault.Incomplete;
        }
    }

    /// <summary>From here on the connection is like one that the client opened itself.</summary>
    internal void MarkClientKnown(bool hasLogin)
    {
        State = "connected";
        // Health checks come every few seconds from every balancer: they leave no line.
        _endsUnsaid = _isBalancersOwn;
        if (!hasLogin)
            Volatile.Write(ref _loginDeadline, 0);
        // A reason to end that came during the header may have woken only the read of that.
        if (Ending != ConnectionEnding.None)
            Wake();
    }

    private void Take(in ProxyHeader header)
    {
        _isBalancersOwn = header.IsLocal;
        if (header.Client is not { } client)
            return;
        SetRemote(client);
        LocalEndPoint = header.Server;
    }
}
