using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using MailCluster.Mailboxes;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge;

/// <summary>
/// One client connection as a protocol session sees it. Reads come from <see cref="Input"/>, writes go to <see cref="Output"/>; both stay the
/// same objects when TLS begins. Also the session's entry in <see cref="ISessionRegistry"/>.
/// </summary>
/// <remarks>
/// What an idle connection costs is this object, the two pipe ends, and the session's own state: no timer, no buffer, no task but the read.
/// Deadlines are fields that one heartbeat looks at (<see cref="ConnectionHeartbeat"/>).
/// </remarks>
[SuppressMessage(
    "Design", "CA1001", Justification = "A token source without a timer and without a wait handle holds nothing, and the session may ask it to its last moment.")]
public sealed partial class EdgeConnection
{
    private readonly EdgeServices _services;
    private readonly EdgeConnectionHandler _handler;
    private readonly ConnectionContext _context;
    private readonly string? _alpnName;
    private readonly EdgeInput _input;
    private readonly EdgeOutput _output;
    private readonly CancellationTokenSource _closed = new();
    private AccountId _account;
    private bool _isLoggedIn;

    internal EdgeConnection(EdgeServices services, EdgeConnectionHandler handler, ConnectionContext context, string? alpnName)
    {
        _services = services;
        _handler = handler;
        _context = context;
        _alpnName = alpnName;
        LocalEndPoint = context.LocalEndPoint as IPEndPoint;
        SetRemote(context.RemoteEndPoint as IPEndPoint);
        Since = services.Time.GetUtcNow();
        Id = services.SessionIds.Next(Since);
        _input = new EdgeInput(this, context.Transport.Input);
        _output = new EdgeOutput(this, context.Transport.Output);
    }

    /// <summary>Short, unique name of the session, in logs, <c>who</c> and <c>Received</c> lines.</summary>
    public SessionId Id { get; }

    public string Protocol => _handler.Protocol;

    /// <summary>
    /// The client's address; a client on a Unix socket counts as loopback. An IPv4 client is never shown as mapped IPv6. Behind a balancer it is
    /// what the PROXY header says, and the balancer's own until that is read.
    /// </summary>
    public IPAddress RemoteAddress { get; private set; }

    /// <summary>The client's port, 0 if it has none.</summary>
    public int RemotePort { get; private set; }

    /// <summary>The address that the client connected to: this node's end, or the balancer's; null on transports without addresses.</summary>
    public IPEndPoint? LocalEndPoint { get; private set; }

    /// <summary>When the client connected.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>What the client sends. <see cref="Wake"/> cancels a pending read.</summary>
    public PipeReader Input => _input;

    /// <summary>What the client gets. A flush that makes no progress for <see cref="EdgeTimeouts.WriteStall"/> cuts the connection.</summary>
    public PipeWriter Output => _output;

    /// <summary>Bytes the client sent and the session took, after TLS.</summary>
    public long BytesIn => _input.Total;

    /// <summary>Bytes sent to the client, before TLS.</summary>
    public long BytesOut => _output.Total;

    /// <summary>
    /// Cancelled when nothing can reach the client any more: it reset the connection or took no more, or the node cut it. Not yet when the client
    /// only has nothing more to say (a FIN): one that sends all its commands and closes its side waits for the answers. So it is not the
    /// transport's own token, which does not tell the two apart.
    /// </summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>The account logged in, null before login and on protocols without.</summary>
    public AccountId? Account => Volatile.Read(ref _isLoggedIn) ? _account : null;

    /// <summary>The selected folder, for <c>who</c>; set by the protocol.</summary>
    public string? Folder { get; set; }

    /// <summary>What the session does, one word of the protocol (<c>idle</c>, <c>selected</c>), for <c>who</c>; set by the protocol.</summary>
    public string State { get; set; } = "connected";

    [MemberNotNull(nameof(RemoteAddress))]
    private void SetRemote(IPEndPoint? remote)
    {
        var address = remote?.Address ?? IPAddress.Loopback;
        RemoteAddress = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        RemotePort = remote?.Port ?? 0;
    }

    /// <summary>
    /// Records the login and enters the connection into its account's count. False: the account has as many connections of this protocol
    /// as it may (<see cref="EdgeLimits.ConnectionsPerAccount"/>) and the login must be refused.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection is logged in already.</exception>
    public bool TryLogIn(AccountId account)
    {
        if (Account is not null)
            throw new InvalidOperationException("The connection is logged in already.");
        if (!_services.Connections.TryEnterAccount(this, account))
            return false;
        _account = account;
        Volatile.Write(ref _isLoggedIn, true);
        Volatile.Write(ref _loginDeadline, 0);
        return true;
    }

    /// <summary>
    /// Takes the login back (ManageSieve's UNAUTHENTICATE): the connection leaves its account's count, and has to log in again in time, as a new one has. It counts as
    /// one that is not logged in even where there are as many of those as there may be: it is here already.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nobody is logged in.</exception>
    public void LogOut()
    {
        var account = Account ?? throw new InvalidOperationException("Nobody is logged in.");
        EdgeLog.LoggedOut(_services.Log, Protocol, EdgeLog.User(account), RemoteAddress, Id);
        Volatile.Write(ref _isLoggedIn, false);
        _services.Connections.LeaveAccount(this, account);
        ExpectLogin();
    }

    /// <summary>
    /// Makes the pending read, or the next one, come back cancelled. From any thread, any number of times; wakes that meet merge into one, and
    /// a session must take a cancelled read without a reason calmly.
    /// </summary>
    /// <remarks>The session goes on on the thread pool, never on the thread that wakes it, which may be an actor's or the heartbeat's.</remarks>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _input, preferLocal: false);

    /// <summary>Cuts the connection now; nothing more reaches the client. From any thread.</summary>
    public void Abort(string reason)
    {
        _context.Abort(new ConnectionAbortedException(reason));
        MarkClosed();
    }

    /// <summary>
    /// Reads exactly <paramref name="count"/> bytes and throws them away: a literal or chunk that is refused, but that the client sends all the same. The
    /// deadlines are those of a transfer.
    /// </summary>
    public async ValueTask<TransferOutcome> SkipAsync(long count)
    {
        var deadline = BeginTransfer();
        while (count > 0)
        {
            var result = await Input.ReadAsync();
            var buffer = result.Buffer;
            var taken = Math.Min(buffer.Length, count);
            Input.AdvanceTo(buffer.GetPosition(taken));
            count -= taken;
            if (count == 0)
                break;
            if (result.IsCompleted)
                return TransferOutcome.Closed;
            if (result.IsCanceled && MustInterruptTransfer)
                return TransferOutcome.Interrupted;
            deadline.Renew(taken);
        }

        ExpectNothing();
        return TransferOutcome.Complete;
    }

    /// <summary>
    /// Throws away what the client has sent so far and may still send until it closes, at most <paramref name="bytesMax"/> bytes. So that the
    /// last line reaches a client that is still sending: closing a socket with unread input resets it.
    /// </summary>
    public async ValueTask DiscardInputAsync(long bytesMax)
    {
        while (bytesMax > 0)
        {
            var result = await Input.ReadAsync();
            var buffer = result.Buffer;
            bytesMax -= buffer.Length;
            Input.AdvanceTo(buffer.End);
            if (result.IsCompleted || result.IsCanceled)
                return;
        }
    }
}
