using System.Net;
using System.Net.Sockets;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Tls;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>How it is made.</summary>
internal sealed partial class OutboundConnection
{
    /// <summary>Whether the handshake was ever done.</summary>
    internal bool WasMade => Volatile.Read(ref _isOpen);

    /// <summary>Connects, serves, and returns when the connection has ended; <see cref="PeerConnection.Ending"/> then says why.</summary>
    internal async Task RunAsync(Member self)
    {
        PeerLink? link = null;
        try
        {
            link = await ConnectAsync(self);
        }
        catch (Exception error)
        {
            End(PeerEnding.Of(error));
            Dispose();
        }

        if (link is not null)
        {
            Services.Metrics.Outbound(1);
            try
            {
                await ServeAsync(link);
            }
            finally
            {
                Services.Metrics.Outbound(-1);
            }
        }
    }

    private async Task<PeerLink?> ConnectAsync(Member self)
    {
        var socket = await OpenSocketAsync();
        PeerLink? link = null;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ended);
            using var timer = Services.Time.CreateTimer(
                static state => ((CancellationTokenSource)state!).Cancel(), deadline, Services.Options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            PeerCertificateCheck? check = null;
            if (Services.Certificates is { } certificates)
            {
                (stream, check) = await PeerTls.ConnectAsync(stream, certificates.Current, Services.Time, deadline.Token);
            }

            link = new PeerLink(stream, () => FinishSending(socket), socket.Dispose);
            if (await GreetAsync(link, self, check, deadline.Token))
            {
                return link;
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        await link.DisposeAsync();
        Dispose();
        return null;
    }

    /// <summary>True: the peer is the one that was meant, and the connection is open. False: it has ended.</summary>
    private async Task<bool> GreetAsync(PeerLink link, Member self, PeerCertificateCheck? check, CancellationToken cancellationToken)
    {
        if (check?.Fault is { } fault)
        {
            await RefuseAsync(link, HandshakeRefusal.Because(fault), cancellationToken);
            return false;
        }

        await HandshakeFrames.SendAsync(
            link, Wire.FrameKind.Hello, HandshakeRules.Introduce(self, peer.Node, peer.Generation, Services.Options), cancellationToken);
        var (hello, goodbye) = await HandshakeFrames.ReceiveAsync(link, cancellationToken);
        if (goodbye is not null)
        {
            End(new PeerEnding(HandshakeRefusal.Heard(goodbye.Reason), $"it said: {HandshakeFrames.Clean(goodbye.Text)}"));
            return false;
        }

        if (HandshakeRules.CheckAnswerer(hello!, peer, Services.Options, check) is { } refusal)
        {
            await RefuseAsync(link, refusal, cancellationToken);
            return false;
        }

        PeerLog.Connected(
            Services.Log, peer.Node, peer.Generation.Value, hello!.Release, peer.Address, link.Security, HandshakeRules.VersionWith(hello, Services.Options));
        Release(hello.MessageBytesMax);
        return Ending is null;
    }

    private async Task RefuseAsync(PeerLink link, HandshakeRefusal refusal, CancellationToken cancellationToken)
    {
        await HandshakeFrames.SendAsync(
            link, Wire.FrameKind.Goodbye, new Goodbye { Reason = refusal.Reason, Text = HandshakeFrames.Shorten(refusal.Text) }, cancellationToken);
        End(new PeerEnding(refusal.Failure, refusal.Text));
        await link.FinishAsync(cancellationToken);
    }

    private async Task<Socket> OpenSocketAsync()
    {
        if (!PeerAddress.TryParse(peer.Address, out var host, out var port))
        {
            throw new Wire.FrameException($"{peer.Address} is not an address of the form host:port");
        }

        using var deadline = new CancellationTokenSource(Services.Options.ConnectTimeout, Services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, Ended);
        var isAddress = IPAddress.TryParse(host, out var address);
        var socket = isAddress
            ? new Socket(address!.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        try
        {
            await socket.ConnectAsync(isAddress ? new IPEndPoint(address!, port) : new DnsEndPoint(host, port), either.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ValueTask FinishSending(Socket socket)
    {
        if (socket.Connected)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return default;
    }
}
