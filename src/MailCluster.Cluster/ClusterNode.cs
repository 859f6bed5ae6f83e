using System.Buffers;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Routing;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster;

/// <summary>
/// One run of a node in its cluster: its membership, its share of the shards, and its region's connection to the regions of the others.
/// </summary>
/// <remarks>
/// <para>The order at a start: make it; open the transport with it as the handler, so that the address is known; <see cref="JoinAsync"/>, which gives the
/// generation to write with; make the region over <see cref="Allocation"/>; <see cref="Serve"/>. From then on it takes its share.</para>
/// <para>At an end: <see cref="LeaveAsync"/> while the region still runs, then stop the region, then dispose. A process that just ends is found
/// out by the others.</para>
/// <para>All members may be called from any thread. Nothing in here starts a thread: it runs on timers of the clock given, on the transport's and the store's
/// continuations, and on the region's queue.</para>
/// </remarks>
public sealed partial class ClusterNode : IPeerHandler, IAsyncDisposable
{
    private readonly ClusterMembership _membership;
    private readonly ClusterNodeOptions _options;
    private readonly ILogger _log;
    private readonly Action<string> _onSuperseded;
    private readonly TimeProvider _time;
    private readonly IClusterStore _store;
    private readonly ClusterNodeMetrics _metrics;
    private IPeerTransport? _peers;
    private ShardRegion? _region;
    private EntityPeerHandler? _entities;

    /// <param name="store">The cluster's tables.</param>
    /// <param name="shardCount">From <see cref="ShardCount.GetAsync"/>; as many as the store has.</param>
    /// <param name="options">The same on all nodes.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="onSuperseded">
    /// Called once, from any thread, with the reason, when this run is over: another run, or the other members, took its place. It serves nothing any more; the
    /// process is to end with a code that makes its supervisor start it anew.
    /// </param>
    /// <param name="random">For jitter; a simulation gives a seeded one.</param>
    public ClusterNode(
        IClusterStore store,
        int shardCount,
        ClusterNodeOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        Action<string> onSuperseded,
        Random? random = null)
    {
        options.Validate();
        _store = store;
        _options = options;
        _time = time;
        _log = loggers.CreateLogger("MailCluster.Cluster");
        _onSuperseded = onSuperseded;
        _membership = new ClusterMembership(store, options, time, random ?? new Random(), _log);
        Allocation = new ClusterShardAllocation(_membership, store, shardCount);
        _membership.LeaseChanged += until => _region?.SetServesUntil(until);
        _membership.MapRead += OnMapRead;
        _membership.Superseded += OnSuperseded;
        Allocation.HomeChanged += shard => _region?.HomeMayHaveChanged(shard);
        _metrics = new ClusterNodeMetrics(this);
    }

    /// <summary>Where shards are: for the region.</summary>
    public ClusterShardAllocation Allocation { get; }

    /// <summary>Raised with what another node told by <see cref="TellCounters"/>; on any thread, must return at once.</summary>
    public event Action<ReadOnlyMemory<byte>>? CountersTold;

    internal ClusterNodeMetrics Metrics => _metrics;

    /// <summary>This run as a member.</summary>
    public ClusterMembership Membership => _membership;

    /// <summary>Starts a new run of this node and its lease. Tries again while the store cannot be reached.</summary>
    /// <returns>The generation that everything this run writes is to carry.</returns>
    public async Task<Generation> JoinAsync(MemberRegistration self, CancellationToken cancellationToken)
    {
        await _membership.JoinAsync(self, cancellationToken);
        return _membership.Generation;
    }

    /// <summary>Connects the region to its cluster and begins to take this node's share of the shards. Once, after <see cref="JoinAsync"/>.</summary>
    /// <param name="region">Made over <see cref="Allocation"/>; has had no message yet.</param>
    /// <param name="peers">Whose handler this node is.</param>
    /// <param name="codec">Of the region's entities.</param>
    /// <param name="publisher">Of the region's entities.</param>
    public void Serve(ShardRegion region, IPeerTransport peers, IEntityCodec codec, IEntityPublisher publisher)
    {
        if (_membership.Generation == Generation.None || !ReferenceEquals(region.Allocation, Allocation))
        {
            throw new InvalidOperationException("A node serves after it has joined, with a region over its own allocation.");
        }

        var link = new RegionLink(_membership, Allocation, peers, codec, publisher, _options, _time);
        region.Attach(link);
        _entities = new EntityPeerHandler(region, link);
        _peers = peers;
        Volatile.Write(ref _region, region);
        region.SetServesUntil(_membership.ServesUntil);
        _membership.Watch(peers);
        StartBalancing();
    }

    /// <summary>
    /// Tells all other live nodes something that they count together with this one. Returns at once; what cannot be told now is not told, nor is a node
    /// that does not know of counters.
    /// </summary>
    public void TellCounters(ReadOnlyMemory<byte> news)
    {
        if (_peers is not null)
            _ = TellAllAsync(new PeerRequest(PeerRequestKind.Counters, news), FeatureLevel.Filtering, CancellationToken.None);
    }

    /// <summary>The journal refused this run's generation: it is over.</summary>
    public void Fenced() => _membership.Supersede("the journal refused its generation");

    public ValueTask AnswerAsync(Member from, PeerRequest request, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        switch (request.Kind)
        {
            case PeerRequestKind.EntityMessage when _entities is not null:
                return _entities.AnswerAsync(from, request.Payload, reply);
            case PeerRequestKind.EntityMessage:
                // Not serving yet.
                EntityReply.WriteVersion(reply, EntityReplyKind.Moved, _membership.Map.Version);
                return ValueTask.CompletedTask;
            case PeerRequestKind.Membership:
                return AnswerMemberAsync(request.Payload, reply);
            case PeerRequestKind.Counters:
                // The payload is the transport's until this returns; whoever listens may keep it.
                CountersTold?.Invoke(request.Payload.ToArray());
                return ValueTask.CompletedTask;
            case PeerRequestKind.Ping:
                return ValueTask.CompletedTask;
            default:
                throw new NotSupportedException($"A region does not answer {request.Kind}.");
        }
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member from, PeerRequest request, CancellationToken cancellationToken) =>
        request.Kind == PeerRequestKind.EntityStream
            ? _entities?.StreamAsync(request.Payload, cancellationToken) ?? AsyncEnumerable.Empty<ReadOnlyMemory<byte>>()
            : throw new NotSupportedException($"A region does not stream {request.Kind}.");

    public async ValueTask DisposeAsync()
    {
        await StopBalancingAsync();
        await _membership.DisposeAsync();
        _metrics.Dispose();
    }

    private async ValueTask AnswerMemberAsync(ReadOnlyMemory<byte> payload, IBufferWriter<byte> reply)
    {
        var (kind, number) = MembershipMessage.Read(payload.Span);
        switch (kind)
        {
            case MembershipMessage.Kind.MapChanged when number > _membership.Map.Version:
                _membership.WantMap();
                break;
            case MembershipMessage.Kind.Look:
                MembershipMessage.WriteVerdict(await _membership.LookAsync(new Generation(number)), reply);
                break;
            case MembershipMessage.Kind.Drain:
                BeginDrain();
                break;
            case MembershipMessage.Kind.Rebalance:
                _balanceWanted.Set();
                break;
        }
    }

    private void OnMapRead(ClusterMap map)
    {
        foreach (var member in map.Members)
        {
            if (member.Status == MemberStatus.Dead && _buried.Add(member.Generation))
            {
                _region?.Forget(member.Generation);
            }
        }

        _balanceWanted.Set();
    }

    private void OnSuperseded(string reason)
    {
        // What waits in the region fails, what runs meets the fence.
        _ = _region?.StopAsync(CancellationToken.None);
        _drained.Set();
        _onSuperseded(reason);
    }
}
