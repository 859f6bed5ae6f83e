using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Mailboxes.Wire;
using MailCluster.Node.Configuration;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Ownership;

/// <summary>
/// Of a database that other nodes can reach too: a member of a cluster, or, without <c>cluster.enabled</c>, a cluster of one that lets nobody else in.
/// The order of its start: the door for peers is opened, so that its address is known; the node joins, which gives the generation; it is told to the
/// transport, and peers are answered.
/// </summary>
internal sealed class ClusterOwnership : IOwnership
{
    private readonly NodeOptions _options;
    private readonly IClusterStore _store;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ClusterNode _node;
    private PeerCertificateFiles? _certificates;
    private PeerTransport? _transport;
    private PeerListener? _listener;

    private ClusterOwnership(
        NodeOptions options, IClusterStore store, int shards, ILoggerFactory loggers, TimeProvider time, Action<string> onOver)
    {
        _options = options;
        _store = store;
        _loggers = loggers;
        _time = time;
        _node = new ClusterNode(store, shards, options.ToClusterNode(), time, loggers, onOver);
    }

    public WriterGeneration Generation => new(_node.Membership.Generation.Value);

    public IShardAllocation Allocation => _node.Allocation;

    public IFeatureLevel Level => _node.Membership;

    public ClusterNode? Cluster => _node;

    public string? Trouble => _node.Membership switch
    {
        { IsSuperseded: true } => "superseded: another run of this node, or the other nodes, took over",
        { HasLease: false } => "no lease: the database cannot be reached",
        { Map.Version: 0 } => "joining",
        _ when _node.GetStatus().IsDraining => "drained",
        _ => null,
    };

    /// <param name="options">The node's configuration.</param>
    /// <param name="store">Members and owners.</param>
    /// <param name="shards">How many shards there are.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="onOver">Called once, with the reason, when this run is over.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="NodeStartException">The address is taken, a certificate cannot be used, or others have the database in a way that does not go together.</exception>
    public static async Task<ClusterOwnership> JoinAsync(
        NodeOptions options, IClusterStore store, int shards, ILoggerFactory loggers, TimeProvider time, Action<string> onOver,
        CancellationToken cancellationToken)
    {
        var ownership = new ClusterOwnership(options, store, shards, loggers, time, onOver);
        try
        {
            await ownership.JoinAsync(cancellationToken);
            return ownership;
        }
        catch (Exception error)
        {
            await ownership.DisposeAsync();
            throw error is PeerCertificateException or IOException or SocketException or ClusterStoreUnavailableException or ClusterLevelException
                ? new NodeStartException($"the node cannot join its cluster: {error.Message}", error)
                : error;
        }
    }

    public void Serve(ShardRegion region, IEntityPublisher publisher) =>
        _node.Serve(region, _transport is null ? new NoPeers() : _transport, new MailboxCodec(), publisher);

    public void Fenced() => _node.Fenced();

    public Task LeaveAsync(CancellationToken cancellationToken) =>
        _node.Membership.IsSuperseded ? Task.CompletedTask : _node.LeaveAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }
        await _node.DisposeAsync();
        if (_transport is not null)
        {
            await _transport.DisposeAsync();
        }
        _certificates?.Dispose();
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var address = _options.Cluster is { } settings ? await OpenDoorAsync(settings, cancellationToken) : "";
        var registration = new MemberRegistration(_options.Name, address, _options.Roles, NodeHost.Version) { Level = _options.Sharding.LevelMax };
        var generation = await _node.JoinAsync(registration, cancellationToken);
        // At once: from now on peers see this node and connect.
        _transport?.Begin(
            new Member(registration.Node, generation, address, registration.Roles, registration.Version, MemberStatus.Active, _node.Membership.LeaseLeft)
            {
                Level = registration.Level,
            },
            _node);
        await RefuseOthersAsync(generation, cancellationToken);
    }

    /// <summary>Listens for peers; returns what they are told to connect to.</summary>
    private async Task<string> OpenDoorAsync(ClusterSettings settings, CancellationToken cancellationToken)
    {
        _certificates = new PeerCertificateFiles(
            settings.CertificateAuthority, settings.Certificate.Certificate, settings.Certificate.Key, _time, _loggers);
        _transport = new PeerTransport(settings.ToPeers(), _certificates, _time, _loggers);
        var endPoint = new IPEndPoint(settings.ListenAddress ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), settings.ListenPort);
        _listener = await PeerListener.StartAsync(endPoint, _transport, _loggers, cancellationToken);
        var host = settings.AdvertiseHost ?? _options.Name;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{settings.AdvertisePort ?? _listener.EndPoint.Port}");
    }

    /// <summary>
    /// A node without a cluster cannot pass messages on, so it must be the only one; and no other may come while it is there. Both look after they have joined:
    /// of two that start together at least the later one sees the other.
    /// </summary>
    private async Task RefuseOthersAsync(Generation self, CancellationToken cancellationToken)
    {
        var map = await _store.ReadAsync(cancellationToken);
        var isAlone = _options.Cluster is null;
        var other = map.Members.FirstOrDefault(member => member.Generation != self && member.Roles != NodeRoles.None
            && member.Status != MemberStatus.Dead && member.LeaseLeft > TimeSpan.Zero && (isAlone || member.Address.Length == 0));
        if (other is null)
        {
            return;
        }
        await _store.MarkDeadAsync(self, onlyIfExpired: false, cancellationToken);
        throw new NodeStartException(isAlone
            ? $"the node {other.Node} uses this database; several nodes need cluster.enabled = true on each of them"
            : $"the node {other.Node} uses this database without cluster.enabled; stop it, or wait until its lease has run out ({_options.Sharding.Lease.TotalSeconds:f0} s after a crash)");
    }
}
