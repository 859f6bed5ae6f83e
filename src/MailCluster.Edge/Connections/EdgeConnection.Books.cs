namespace MailCluster.Edge;

/// <summary>What the books, the meters and the end of a connection need of it.</summary>
public sealed partial class EdgeConnection
{
    private int _unauthenticated;
    private bool _admitted;
    private bool _inAddressCount;
    private bool _endsUnsaid;

    internal void CountIn(long bytes) => _services.Metrics.Received(Protocol, bytes);

    internal void CountOut(long bytes) => _services.Metrics.Sent(Protocol, bytes);

    /// <summary>Nothing reaches the client any more. What waits for that runs elsewhere, not on the caller's thread.</summary>
    internal void MarkClosed()
    {
        if (!_closed.IsCancellationRequested)
            _ = _closed.CancelAsync();
    }

    /// <param name="hasLogin">It counts as not logged in.</param>
    /// <param name="isClientKnown">False: a PROXY header is to come, within the login timeout. Until then there is no client to speak of.</param>
    internal void MarkAdmitted(bool hasLogin, bool isClientKnown)
    {
        _admitted = true;
        _endsUnsaid = !isClientKnown;
        _services.Metrics.ConnectionOpened(Protocol);
        if (hasLogin)
            _unauthenticated = 1;
        if (hasLogin || !isClientKnown)
            ExpectLogin();
    }

    /// <summary>The connection is in the count of its client's address; from here on the address stays.</summary>
    internal void MarkInAddressCount() => _inAddressCount = true;

    /// <summary>True the first time for a connection that is in the count of its address.</summary>
    internal bool TakeAddressMark()
    {
        var marked = _inAddressCount;
        _inAddressCount = false;
        return marked;
    }

    /// <summary>It has a login before it and has not passed it yet.</summary>
    internal bool IsUnauthenticated => Volatile.Read(ref _unauthenticated) == 1;

    /// <summary>True the first time for a connection that counted as not logged in.</summary>
    internal bool TakeUnauthenticatedMark() => Interlocked.Exchange(ref _unauthenticated, 0) == 1;

    /// <summary>The connection counts as not logged in again.</summary>
    internal void MarkUnauthenticated() => Volatile.Write(ref _unauthenticated, 1);

    internal SessionInfo ToSessionInfo() =>
        new(Id, Protocol, Account, RemoteAddress, RemotePort, TlsDescription, Since, Folder, State, BytesIn, BytesOut);

    /// <summary>The session has returned: says goodbye to TLS, closes, writes the log line.</summary>
    internal async ValueTask CloseAsync()
    {
        if (_tls is not null)
            await CloseTlsAsync(_tls);
        if (!_admitted)
            return;
        _services.Metrics.ConnectionClosed(Protocol);
        if (_endsUnsaid && Account is null)
            return;
        var seconds = (long)(_services.Time.GetUtcNow() - Since).TotalSeconds;
        var reason = Ending == ConnectionEnding.None ? "closed" : Ending.ToString();
        EdgeLog.Disconnected(_services.Log, Protocol, EdgeLog.User(Account), reason, RemoteAddress, BytesIn, BytesOut, seconds, Id);
    }

    private async ValueTask CloseTlsAsync(System.Net.Security.SslStream tls)
    {
        try
        {
            // RFC 8446 §6.1: close_notify, so that the client can tell the end from a cut.
            BeginFlush();
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            EdgeLog.ClientGone(_services.Log, Protocol, Id, e.Message);
        }
        finally
        {
            EndFlush();
            _input.CompleteTls();
            _output.CompleteTls();
            await tls.DisposeAsync();
        }
    }
}
