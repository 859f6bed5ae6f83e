using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Connections;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Tls;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Peers;

/// <summary>
/// The wire between nodes: one TLS connection per pair of nodes and direction, on which requests, answers and streams are multiplexed in frames.
/// </summary>
/// <remarks>
/// <para><b>The problem.</b> A node asks its peers hundreds of thousands of small questions a second, now and then sends a large one, and has streams open
/// for hours. One question may not wait for another's transfer; the asker has to learn at once when the peer is gone, and whether its question may have
/// been carried out; and two releases have to understand each other while a cluster is being upgraded.</para>
/// <para><b>A connection</b> belongs to the one who asks: A's questions to B go over a connection that A makes, B's to A over one that B makes. It
/// begins with TLS, both ends showing a certificate of the cluster's authority, and a Hello in each direction (<see cref="HandshakeRules"/>): protocol
/// versions, cluster, who speaks, and whom it means, generations included. From then on either end sends frames (<see cref="Wire.FrameHeader"/>).</para>
/// <para><b>Sharing it.</b> Messages above one frame are cut up and sent in turns (<see cref="Wire.FrameOutbox"/>). A stream sends no more than its
/// reader has given it credit for (<see cref="StreamCredit"/>), so a slow reader fills its own window and nothing else. Neither end ever stops
/// reading because of one slow request: an answerer stops only while its own answers are not being taken, and an asker never does, so the two cannot wait
/// for each other.</para>
/// <para><b>What a failure leaves.</b></para>
/// <list type="bullet">
/// <item>Not connected, refused in the handshake, or broken before the frame was handed to the socket: certainly not carried out.</item>
/// <item>Broken afterwards: perhaps carried out. The asker sends the same command id again, and the entity answers what it recorded.</item>
/// <item>The asker dies: its requests are cancelled at the peer; what their handlers have journalled stays journalled.</item>
/// <item>The peer is killed: its kernel closes the connection, and all that wait on it learn it at once (<see cref="PeerFailure.ProcessGone"/>).</item>
/// <item>The peer stops, or the network drops everything: pings go unanswered, and after the silence timeout the connection is given up
/// (<see cref="PeerFailure.Silent"/>). A process that finds that it stood still itself accuses nobody.</item>
/// </list>
/// <para>Begin with <see cref="Begin"/>, once this node knows its generation; callers from before it are told that the run they look for is gone.
/// Sources: MEASURED "Between nodes"; the frames follow the idea of HTTP/2's, without its headers and priorities.</para>
/// </remarks>
public sealed partial class PeerTransport : IPeerTransport, IAsyncDisposable
{
    private readonly PeerServices _services;
    private readonly ConcurrentDictionary<string, PeerSlot> _slots = new(StringComparer.Ordinal);
    private readonly InboundConnections _inbound;
    private readonly ITimer _heartbeat;
    private volatile Member? _self;
    private long _lastBeat;
    private int _beating;
    private int _disposed;

    /// <param name="options">Limits and times.</param>
    /// <param name="certificates">Null: no TLS. Whoever reaches the address is then a node; for a network that only nodes can reach.</param>
    /// <param name="time">Drives deadlines, pings and back-off.</param>
    /// <param name="loggers">The node's log.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public PeerTransport(PeerOptions options, IPeerCertificates? certificates, TimeProvider time, ILoggerFactory loggers)
    {
        options.Check();
        _services = new PeerServices(options, certificates, time, loggers.CreateLogger("MailCluster.Peers"), new PeerMetrics());
        _inbound = new InboundConnections(_services, Report);
        _lastBeat = time.GetTimestamp();
        _heartbeat = time.CreateTimer(static state => ((PeerTransport)state!).Beat(), this, options.HeartbeatInterval, options.HeartbeatInterval);
    }

    public event Action<Member, PeerFailure>? PeerFailed;

    internal PeerMetrics Metrics => _services.Metrics;

    internal PeerServices Services => _services;

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>This node is <paramref name="self"/>: from here on it asks, and answers with <paramref name="handler"/>.</summary>
    /// <exception cref="InvalidOperationException">It has begun already.</exception>
    public void Begin(Member self, IPeerHandler handler)
    {
        _inbound.Begin(self, handler);
        _self = self;
    }

    public async ValueTask<ReadOnlyMemory<byte>> AskAsync(Member peer, PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await Reach(peer).AskAsync(request, timeout, cancellationToken);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        Member peer, PeerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await foreach (var item in Reach(peer).StreamAsync(request, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>
    /// Ends all connections: peers are told, and do not count it as a failure of the wire; requests under way on either side fail. Returns when the last
    /// connection is closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _heartbeat.DisposeAsync();
        var stopping = new PeerEnding(PeerFailure.ProcessGone, "the node stops");
        await Task.WhenAll(_slots.Values.Select(slot => slot.StopAsync(stopping)).Append(_inbound.StopAsync(stopping)));
        _services.Metrics.Dispose();
    }

    /// <summary>Serves a connection of a peer until it ends.</summary>
    internal Task ServeAsync(Microsoft.AspNetCore.Connections.ConnectionContext connection) => _inbound.ServeAsync(connection);

    private OutboundConnection Reach(Member peer)
    {
        var self = _self ?? throw new InvalidOperationException("The transport has not begun.");
        if (IsDisposed)
        {
            throw new PeerUnreachableException(peer.Node, PeerFailure.Silent, "this node stops");
        }

        return _slots.GetOrAdd(peer.Node, static (_, transport) => new PeerSlot(transport._services, transport.Report), this).Reach(self, peer);
    }

    private void Report(Member peer, PeerFailure failure)
    {
        _services.Metrics.Failed(failure);
        try
        {
            PeerFailed?.Invoke(peer, failure);
        }
        catch (Exception error)
        {
            PeerLog.ListenerFailed(_services.Log, error);
        }
    }

    private void Beat()
    {
        // A beat that takes longer than its interval is not overtaken by the next.
        if (Interlocked.Exchange(ref _beating, 1) == 1)
        {
            return;
        }

        try
        {
            BeatAll();
        }
        finally
        {
            Volatile.Write(ref _beating, 0);
        }
    }

    private void BeatAll()
    {
        var now = _services.Time.GetTimestamp();
        // Far too late: this process stood still (SIGSTOP, a frozen machine), and what its peers sent meanwhile may lie unread in its sockets.
        var pardon = _services.Time.GetElapsedTime(_lastBeat, now) > _services.Options.SilenceTimeout / 2;
        _lastBeat = now;
        foreach (var slot in _slots.Values)
        {
            slot.Beat(now, pardon);
        }

        _inbound.Beat(now, pardon);
    }
}
