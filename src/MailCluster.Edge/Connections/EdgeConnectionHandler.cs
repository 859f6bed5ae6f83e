using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge;

/// <summary>
/// The connection server's side of one protocol on one listener: admits the connection or refuses it, does implicit TLS, runs the
/// session, and takes the connection out of the books again. A protocol derives from it and writes <see cref="RunAsync"/>.
/// </summary>
public abstract partial class EdgeConnectionHandler(EdgeServices services, EdgeListener listener) : ConnectionHandler
{
    // Refusals over TLS cost a handshake each: only so many at once are worth it, the rest are closed without a word.
    private const int TlsRefusalsMax = 64;

    // A flood is refused thousands of times a second; the metric counts them all, the log need not.
    private const int RefusalLinesPerSecondMax = 10;

    private int _open;
    private int _tlsRefusals;
    private long _refusalSecond;
    private int _refusalLines;

    /// <summary>The protocol's name in logs, metrics and <c>who</c>: <c>imap</c>, <c>lmtp</c> …</summary>
    public abstract string Protocol { get; }

    /// <summary>The protocol's ALPN name (RFC 7301), or null if it has none.</summary>
    protected virtual string? AlpnName => null;

    /// <summary>Whether clients log in: if so, the login timeout and the limits of connections without login hold.</summary>
    protected virtual bool HasLogin => true;

    protected EdgeServices Services { get; } = services;

    protected EdgeListener Listener { get; } = listener;

    internal TlsMode ListenerTls => Listener.Tls;

    internal bool RequiresLogin => HasLogin;

    internal EdgeListener EntryListener => Listener;

    /// <summary>Speaks the protocol until the session is over. What is in the output when it returns is flushed.</summary>
    /// <remarks>
    /// A read that comes back cancelled means "look up": <see cref="EdgeConnection.Ending"/> tells whether the session must end (say so to
    /// the client and return), otherwise whatever woke it is the protocol's own affair. Exceptions that escape are logged as bugs, except for
    /// those that mean that the client is gone.
    /// </remarks>
    protected abstract Task RunAsync(EdgeConnection connection);

    /// <summary>The line, with its line end, that tells the client why its connection is not taken.</summary>
    protected abstract ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal);

    public sealed override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var edge = new EdgeConnection(Services, this, connection, AlpnName);
        try
        {
            if (Interlocked.Increment(ref _open) > Listener.ConnectionsMax)
                await RefuseAsync(edge, EdgeRefusal.TooManyOnListener);
            else if (Listener.ProxyNetworks is { } networks)
                await ServeBehindProxyAsync(edge, networks);
            else if (Services.Connections.TryAdmit(edge, HasLogin, isClientKnown: true, out var refusal))
                await ServeAsync(edge);
            else
                await RefuseAsync(edge, refusal);
        }
        catch (Exception e) when (e is TimeoutException || IsClientGone(e, edge))
        {
            EdgeLog.ClientGone(Services.Log, Protocol, edge.Id, e.Message);
        }
        catch (Exception e)
        {
            Services.Metrics.SessionFailed(Protocol);
            EdgeLog.SessionFailed(Services.Log, e, Protocol, edge.Id);
        }
        finally
        {
            try
            {
                await edge.CloseAsync();
            }
            finally
            {
                Services.Connections.Remove(edge);
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private async Task ServeAsync(EdgeConnection edge)
    {
        if (Listener.Tls == TlsMode.Implicit && !await edge.HandshakeAsync())
            return;
        await RunAsync(edge);
        await edge.Output.FlushAsync();
    }

    private async Task RefuseAsync(EdgeConnection edge, EdgeRefusal refusal)
    {
        CountRefusal(edge, refusal);
        if (refusal == EdgeRefusal.Banned)
            return;
        var tls = Listener.Tls == TlsMode.Implicit;
        if (tls && Interlocked.Increment(ref _tlsRefusals) > TlsRefusalsMax)
        {
            Interlocked.Decrement(ref _tlsRefusals);
            return;
        }

        try
        {
            // As a rule not in the books, so the heartbeat does not see it.
            if (tls && !await edge.HandshakeAsync().AsTask().WaitAsync(Services.Options.Timeouts.Handshake, Services.Time))
                return;
            await edge.Output.WriteAsync(RefusalLine(refusal));
        }
        finally
        {
            if (tls)
                Interlocked.Decrement(ref _tlsRefusals);
        }
    }

    private void CountRefusal(EdgeConnection edge, EdgeRefusal refusal)
    {
        Services.Metrics.ConnectionRefused(Protocol, refusal);
        if (MayLogRefusal())
            EdgeLog.ConnectionRefused(Services.Log, Protocol, edge.RemoteAddress, refusal);
    }

    private bool MayLogRefusal()
    {
        var second = Services.Heartbeat.Now / 1000;
        if (Interlocked.Exchange(ref _refusalSecond, second) != second)
            Volatile.Write(ref _refusalLines, 0);
        return Interlocked.Increment(ref _refusalLines) <= RefusalLinesPerSecondMax;
    }

    private static bool IsClientGone(Exception e, EdgeConnection connection) =>
        e is ConnectionResetException or ConnectionAbortedException or SocketException
        || (e is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException
            && connection.Closed.IsCancellationRequested);
}
