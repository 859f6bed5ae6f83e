using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Connections;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>One end of a connection, without TLS, that sends what a test wants: an older or newer release, a hostile peer, one that dies.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
        Link = new PeerLink(new NetworkStream(socket), () => default, socket.Dispose);
    }

    internal PeerLink Link { get; }

    internal static async Task<RawPeer> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        return new RawPeer(socket);
    }

    internal static async Task<RawPeer> AcceptAsync(TcpListener listener) => new(await listener.AcceptSocketAsync());

    internal static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    /// <summary>What a node of the cluster says first.</summary>
    internal static Hello Hello(Member self, Member peer) => HandshakeRules.Introduce(self, peer.Node, peer.Generation, TestPeer.Options);

    /// <summary>Connects and is accepted.</summary>
    internal static async Task<RawPeer> JoinAsync(TestPeer peer, string node = "raw", long generation = 1)
    {
        var raw = await ConnectAsync(peer.Listener.EndPoint);
        await raw.SendAsync(FrameKind.Hello, Hello(TestPeer.MemberAt(node, generation, "127.0.0.1:1"), peer.Self));
        var (hello, goodbye) = await raw.ReceiveHelloAsync();
        Assert.True(hello is not null, goodbye?.Text);
        return raw;
    }

    internal ValueTask SendAsync(FrameKind kind, IMessage message) => HandshakeFrames.SendAsync(Link, kind, message, CancellationToken.None);

    internal ValueTask<(Hello? Hello, Goodbye? Goodbye)> ReceiveHelloAsync() => HandshakeFrames.ReceiveAsync(Link, CancellationToken.None);

    internal async Task SendAsync(FrameHeader header, ReadOnlyMemory<byte> payload = default)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        header.Write(frame);
        payload.CopyTo(frame.AsMemory(FrameHeader.Size));
        await Link.Output.WriteAsync(frame);
    }

    internal Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => Link.Output.WriteAsync(bytes).AsTask();

    /// <summary>The next frame; null when the peer has closed.</summary>
    internal async Task<(FrameHeader Header, byte[] Payload)?> ReceiveAsync()
    {
        var reader = new FrameReader(PeerProtocol.FrameBytesMax, int.MaxValue);
        while (true)
        {
            System.IO.Pipelines.ReadResult read;
            try
            {
                read = await Link.Input.ReadAsync();
            }
            catch (IOException)
            {
                return null;
            }

            var rest = read.Buffer;
            if (reader.TryRead(ref rest, out var header, out var payload, out _) == FrameReadResult.Complete)
            {
                var bytes = payload.ToArray();
                Link.Input.AdvanceTo(rest.Start);
                return (header, bytes);
            }

            Link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Reads to the end of the connection; the reason of the Goodbye, if there was one.</summary>
    internal async Task<Goodbye?> ReceiveGoodbyeAsync()
    {
        Goodbye? goodbye = null;
        while (await ReceiveAsync() is var (header, payload))
        {
            if (header.Kind == FrameKind.Goodbye)
            {
                goodbye = Goodbye.Parser.ParseFrom(payload);
            }
        }

        return goodbye;
    }

    /// <summary>As the kernel does it for a process that was killed with unread input.</summary>
    internal void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
