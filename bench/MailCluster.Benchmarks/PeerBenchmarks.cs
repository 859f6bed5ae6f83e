using System.Buffers;
using System.Net;
using BenchmarkDotNet.Attributes;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Benchmarks;

/// <summary>Two nodes in one process that speak over loopback, so both ends and their TLS share its cores.</summary>
[MemoryDiagnoser]
public class PeerBenchmarks : IPeerHandler
{
    private const int Rounds = 10_000;
    private const int BulkBytes = 16 * 1024 * 1024;

    private readonly byte[] _question = new byte[100];
    private readonly byte[] _bulk = new byte[BulkBytes];
    private readonly Member[] _members = new Member[2];
    private readonly PeerTransport[] _transports = new PeerTransport[2];
    private readonly PeerListener[] _listeners = new PeerListener[2];
    private readonly List<PeerCertificateFiles> _certificates = [];
    private string _directory = "";

    [Params(false, true)]
    public bool Tls { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("mailcluster-bench-").FullName;
        using var authority = ClusterCa.Create(Path.Combine(_directory, "ca"), "bench", TimeProvider.System);
        for (var i = 0; i < 2; i++)
        {
            var name = $"node{i}";
            var paths = authority.IssueNode(Path.Combine(_directory, name), name, []);
            var files = new PeerCertificateFiles(paths.Authority, paths.Certificate, paths.Key, TimeProvider.System, NullLoggerFactory.Instance);
            _certificates.Add(files);
            _transports[i] = new PeerTransport(new PeerOptions { ClusterName = "bench" }, Tls ? files : null, TimeProvider.System, NullLoggerFactory.Instance);
            _listeners[i] = await PeerListener.StartAsync(
                new IPEndPoint(IPAddress.Loopback, 0), _transports[i], NullLoggerFactory.Instance, CancellationToken.None);
            _members[i] = new Member(
                name, new Generation(i + 1), _listeners[i].EndPoint.ToString(), NodeRoles.Mailbox, "1", MemberStatus.Active, TimeSpan.Zero);
            _transports[i].Begin(_members[i], this);
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        for (var i = 0; i < 2; i++)
        {
            await _transports[i].DisposeAsync();
            await _listeners[i].DisposeAsync();
            _certificates[i].Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One question after the other.</summary>
    [Benchmark(OperationsPerInvoke = Rounds)]
    public Task RoundTripsOneInFlight() => AskAsync(1);

    /// <summary>Fifty askers at once.</summary>
    [Benchmark(OperationsPerInvoke = Rounds)]
    public Task RoundTripsFiftyInFlight() => AskAsync(50);

    /// <summary>16 MiB there; the answer is empty.</summary>
    [Benchmark]
    public async Task Bulk() => await _transports[0].AskAsync(
        _members[1], new PeerRequest(PeerRequestKind.Counters, _bulk), TimeSpan.FromSeconds(60), CancellationToken.None);

    public ValueTask AnswerAsync(Member from, PeerRequest request, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        if (request.Kind == PeerRequestKind.EntityMessage)
        {
            reply.Write(request.Payload.Span);
        }

        return default;
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member from, PeerRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The benchmark has no streams.");

    private async Task AskAsync(int inFlight)
    {
        var request = new PeerRequest(PeerRequestKind.EntityMessage, _question);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds / inFlight; i++)
            {
                await _transports[0].AskAsync(_members[1], request, TimeSpan.FromSeconds(30), CancellationToken.None);
            }
        })));
    }
}
