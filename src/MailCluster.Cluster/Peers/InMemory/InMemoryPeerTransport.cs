using System.Runtime.CompilerServices;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Peers.InMemory;

/// <summary>One process on an <see cref="InMemoryPeerNetwork"/>.</summary>
public sealed class InMemoryPeerTransport : IPeerTransport
{
    private readonly InMemoryPeerNetwork _network;

    private readonly Action<Action>? _queue;

    internal InMemoryPeerTransport(InMemoryPeerNetwork network, Member self, IPeerHandler handler, Action<Action>? queue)
    {
        _queue = queue;
        _network = network;
        Self = self;
        Handler = handler;
    }

    public event Action<Member, PeerFailure>? PeerFailed;

    internal Member Self { get; }

    internal IPeerHandler Handler { get; }

    public ValueTask<ReadOnlyMemory<byte>> AskAsync(Member peer, PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (connection, failure) = _network.Connect(this, peer);
        if (connection is not null)
        {
            // Here, not in an async method's later part: the order of calls is the order of frames.
            return new ValueTask<ReadOnlyMemory<byte>>(connection.AskAsync(request with { Payload = request.Payload.ToArray() }, timeout, cancellationToken));
        }

        return new ValueTask<ReadOnlyMemory<byte>>(FailAsync(peer, failure, timeout, cancellationToken));
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        Member peer, PeerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (connection, failure) = _network.Connect(this, peer);
        if (connection is null)
        {
            await FailAsync(peer, failure, _network.SilenceTimeout, cancellationToken);
            yield break;
        }

        await foreach (var item in connection.StreamAsync(request with { Payload = request.Payload.ToArray() }, cancellationToken))
        {
            yield return item;
        }
    }

    internal void Failed(Member peer, PeerFailure failure) => (_queue ?? _network.Queue)(() => PeerFailed?.Invoke(peer, failure));

    /// <summary>What arrived runs in this process.</summary>
    internal void Run(Action arrived)
    {
        if (_queue is null)
        {
            arrived();
        }
        else
        {
            _queue(arrived);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FailAsync(Member peer, PeerFailure failure, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (failure == PeerFailure.Silent)
        {
            var isShort = patience != Timeout.InfiniteTimeSpan && patience < _network.SilenceTimeout;
            await Task.Delay(isShort ? patience : _network.SilenceTimeout, _network.Time, cancellationToken);
        }

        Failed(peer, failure);
        throw new PeerUnreachableException(peer.Node, failure, failure == PeerFailure.Silent ? "no answer" : "connection refused");
    }
}
