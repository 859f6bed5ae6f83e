using System.Net;
using System.Net.Sockets;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>One run of a node of the fleet: its process, and the network between it and the database and between its peers and it.</summary>
internal sealed class FleetNode : IAsyncDisposable
{
    private readonly NodeProcess _process;
    private bool _isClosed;

    private FleetNode(string name, NodeProcess process, Relay database, Relay peers)
    {
        Name = name;
        _process = process;
        Database = database;
        Peers = peers;
    }

    public string Name { get; }

    public NodeProcess Process => _process;

    /// <summary>From this node to PostgreSQL.</summary>
    public Relay Database { get; }

    /// <summary>From the other nodes to this one.</summary>
    public Relay Peers { get; }

    /// <summary>It was started without settings of a test and was not drained.</summary>
    public bool IsPlain { get; set; }

    /// <summary>No test has changed or broken it: the next can have it as it is.</summary>
    public bool IsIntact => IsPlain && !IsDoomed && !HasEnded && !Database.IsBroken && !Peers.IsBroken;

    /// <summary>The fault is in this very process: its clients' connections may break. Said before it happens.</summary>
    public bool IsDoomed { get; private set; }

    public static async Task<FleetNode> StartAsync(
        string name, string folder, string databaseSocket, string database, string certificates, NodeRelease release, params string[] settings)
    {
        int? peerPort = null;
        var toDatabase = new Relay(() => new UnixDomainSocketEndPoint(databaseSocket));
        var fromPeers = new Relay(() => peerPort is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null);
        toDatabase.Begin();
        NodeProcess? process = null;
        try
        {
            process = NodeProcess.Launch(
                folder,
                [
                    $"node.name=\"{name}\"", "auth.allow-plaintext=true", "cluster.enabled=true", "cluster.name=\"fleet\"", $"cluster.shards={ClusterFleet.Shards}",
                    "cluster.listen.address=\"127.0.0.1\"", "cluster.listen.port=0", $"cluster.advertise=\"127.0.0.1:{fromPeers.Port}\"",
                    $"cluster.tls.ca=\"{certificates}/ca.pem\"", $"cluster.tls.certificate=\"{certificates}/node.pem\"",
                    $"cluster.tls.key=\"{certificates}/node-key.pem\"",
                    "storage.journal=postgres", "storage.bodies=postgres", "storage.postgres.connections=16",
                    $"storage.postgres.connection=\"Host=127.0.0.1;Port={toDatabase.Port};Username=postgres;Database={database}\"",
                    .. settings,
                ],
                release: release);
            ProcessTable.Watch(process.Id);
            await Task.WhenAny(process.SaidAsync("Listening for peers on"), process.EndedAsync());
            peerPort = process.PeerPort;
            // Before this line the node has told nobody where it is.
            fromPeers.Begin();
            await process.ReadyAsync();
        }
        catch
        {
            if (process is not null)
                await process.DisposeAsync();
            await toDatabase.DisposeAsync();
            await fromPeers.DisposeAsync();
            throw;
        }

        return new FleetNode(name, process, toDatabase, fromPeers);
    }

    public bool HasEnded => _isClosed || _process.HasEnded;

    /// <summary>From now on its clients may lose their connections.</summary>
    public void Doom() => IsDoomed = true;

    /// <summary>kill -9: its ports refuse from then on.</summary>
    public async Task KillAsync()
    {
        Doom();
        Peers.Close();
        await _process.KillAsync();
        await CloseAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Doom();
        var exit = await _process.TerminateAsync();
        await CloseAsync();
        return exit;
    }

    /// <summary>After its process has ended by itself; returns the exit code.</summary>
    public async Task<int> EndedAsync()
    {
        var exit = await _process.EndedAsync();
        await CloseAsync();
        return exit;
    }

    public async ValueTask DisposeAsync()
    {
        Doom();
        if (!_isClosed)
            await _process.DisposeAsync();
        await CloseAsync();
    }

    private async Task CloseAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        await Peers.DisposeAsync();
        await Database.DisposeAsync();
    }
}
