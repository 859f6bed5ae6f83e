using System.Buffers;
using System.Net;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>A node's transport with a real listener on loopback, and a handler that a test scripts.</summary>
internal sealed class TestPeer : IAsyncDisposable, IPeerHandler
{
    private TestPeer(PeerTransport transport, PeerListener listener, Member self, CapturedLog log)
    {
        Transport = transport;
        Listener = listener;
        Self = self;
        Log = log;
        transport.PeerFailed += (peer, failure) =>
        {
            lock (_failures)
            {
                _failures.Add((peer.Node, failure));
            }
        };
    }

    private readonly List<(string Node, PeerFailure Failure)> _failures = [];

    internal PeerTransport Transport { get; }

    internal PeerListener Listener { get; }

    internal Member Self { get; }

    internal CapturedLog Log { get; }

    internal (string Node, PeerFailure Failure)[] Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Answers; by default with the payload.</summary>
    internal Func<Member, PeerRequest, IBufferWriter<byte>, CancellationToken, ValueTask> Answer { get; set; } = (_, request, reply, _) =>
    {
        reply.Write(request.Payload.Span);
        return default;
    };

    internal Func<PeerRequest, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> Stream { get; set; } = (_, _) => throw new NotSupportedException("no stream");

    /// <summary>Patient: the machine that runs the tests may be busy. Tests of the times use a clock of their own.</summary>
    internal static PeerOptions Options => new()
    {
        ClusterName = "test",
        ConnectTimeout = TimeSpan.FromSeconds(60),
        HandshakeTimeout = TimeSpan.FromSeconds(60),
        SilenceTimeout = TimeSpan.FromSeconds(60),
    };

    internal static async Task<TestPeer> StartAsync(
        string node, long generation = 1, IPeerCertificates? certificates = null, PeerOptions? options = null, TimeProvider? time = null, bool begin = true)
    {
        var log = new CapturedLog(LogLevel.Trace);
        var transport = new PeerTransport(options ?? Options, certificates, time ?? TimeProvider.System, log);
        var listener = await PeerListener.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), transport, log, CancellationToken.None);
        var self = MemberAt(node, generation, listener.EndPoint.ToString());
        var peer = new TestPeer(transport, listener, self, log);
        if (begin)
        {
            transport.Begin(self, peer);
        }

        return peer;
    }

    internal static Member MemberAt(string node, long generation, string address) =>
        new(node, new Generation(generation), address, NodeRoles.Edge | NodeRoles.Mailbox, "1.0", MemberStatus.Active, TimeSpan.FromSeconds(10));

    internal ValueTask<ReadOnlyMemory<byte>> AskAsync(Member peer, ReadOnlyMemory<byte> payload, TimeSpan? timeout = null, int lane = 0) =>
        Transport.AskAsync(peer, new PeerRequest(PeerRequestKind.EntityMessage, payload, lane), timeout ?? TimeSpan.FromSeconds(30), CancellationToken.None);

    internal IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member peer, CancellationToken cancellationToken = default) =>
        Transport.StreamAsync(peer, new PeerRequest(PeerRequestKind.EntityStream, "topic"u8.ToArray()), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Listener.UnbindAsync();
        await Transport.DisposeAsync();
        await Listener.DisposeAsync();
    }

    ValueTask IPeerHandler.AnswerAsync(Member from, PeerRequest request, IBufferWriter<byte> reply, CancellationToken cancellationToken) =>
        Answer(from, request, reply, cancellationToken);

    IAsyncEnumerable<ReadOnlyMemory<byte>> IPeerHandler.StreamAsync(Member from, PeerRequest request, CancellationToken cancellationToken) =>
        Stream(request, cancellationToken);
}
