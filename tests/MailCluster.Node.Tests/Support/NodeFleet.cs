using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Hocon;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Support;

/// <summary>Nodes in this process, on one database of their own in a real PostgreSQL, each with its data directory and its certificate.</summary>
internal sealed class NodeFleet : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, (NodeHost Node, NodeOptions Options)> _nodes = [];
    private readonly string _connection;

    private NodeFleet(string connection) => _connection = connection;

    public CapturedLog Log { get; } = new();

    public string File(string name) => _folder.File(name);

    public static async Task<NodeFleet> CreateAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var fleet = new NodeFleet(server.ConnectionString(await server.CreateDatabaseAsync()));
        using var authority = ClusterCa.Create(fleet._folder.File("pki"), "test", TimeProvider.System);
        foreach (var name in new[] { "n1", "n2", "n3" })
        {
            authority.IssueNode(fleet._folder.File("pki/" + name), name, []);
        }
        return fleet;
    }

    public NodeHost this[string node] => _nodes[node].Node;

    /// <summary>The settings of a node on the database, with or without a cluster.</summary>
    public NodeOptions Options(string name, bool inCluster, params string[] settings)
    {
        string[] cluster =
        [
            "cluster.enabled=true", "cluster.listen.address=127.0.0.1", "cluster.listen.port=0",
            $"cluster.tls.ca={_folder.File($"pki/{name}/ca.pem")}", $"cluster.tls.certificate={_folder.File($"pki/{name}/node.pem")}",
            $"cluster.tls.key={_folder.File($"pki/{name}/node-key.pem")}",
        ];
        var configuration = NodeConfiguration.Load(
            null,
            [
                $"data-dir={_folder.File(name)}", $"node.name={name}", "listeners.imap.port=0", "listeners.imaps.port=0", "listeners.lmtp.port=0",
                "listeners.http.port=0", "listeners.imap.address=127.0.0.1", "listeners.imaps.address=127.0.0.1",
                "listeners.pop3.port=0", "listeners.pop3s.port=0", "listeners.pop3.address=127.0.0.1", "listeners.pop3s.address=127.0.0.1",
                "listeners.managesieve.port=0", "listeners.managesieve.address=127.0.0.1", "auth.password-scheme=SHA512-CRYPT",
                "storage.journal=postgres", "storage.bodies=postgres", $"storage.postgres.connection=\"{_connection}\"", "storage.postgres.connections=12", "cluster.shards=16",
                .. inCluster ? cluster : [], .. settings,
            ],
            new InMemoryHoconFiles(),
            _ => null);
        Assert.Empty(configuration.Errors);
        return configuration.Options;
    }

    public Task<NodeHost> StartAsync(string name, params string[] settings) => StartAsync(name, Options(name, inCluster: true, settings));

    public async Task<NodeHost> StartAsync(string name, NodeOptions options)
    {
        var node = new NodeHost(options, Log, TimeProvider.System);
        try
        {
            await node.StartAsync(CancellationToken.None);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
        _nodes[name] = (node, options);
        return node;
    }

    /// <summary>Ends a node without a word to anybody, as far as that goes without ending the process.</summary>
    public async Task CutOffAsync(string name)
    {
        _nodes.Remove(name, out var entry);
        await entry.Node.DisposeAsync();
    }

    /// <summary>As SIGTERM.</summary>
    public async Task StopAsync(string name)
    {
        _nodes.Remove(name, out var entry);
        await entry.Node.StopAsync("test");
        await entry.Node.DisposeAsync();
    }

    public static IPEndPoint EndPoint(NodeHost node, string listener) => node.Listeners.Single(bound => bound.Name == listener).EndPoint!;

    public async Task<LineClient> LogInAsync(string node, string user, string password = "secret")
    {
        var imap = await LineClient.ConnectAsync(EndPoint(this[node], "imaps"), "localhost");
        await imap.ReadToAsync("* OK");
        Assert.Contains("l OK", await imap.AskAsync($"l LOGIN {user} {password}\r\n", "l "), StringComparison.Ordinal);
        return imap;
    }

    /// <summary>Delivers one message over LMTP; the reply after its data.</summary>
    public async Task<string> DeliverAsync(string node, string user, string subject)
    {
        using var lmtp = await LineClient.ConnectAsync(EndPoint(this[node], "lmtp"));
        await lmtp.ReadToAsync("220");
        await lmtp.AskAsync("LHLO test\r\n", "250 ");
        await lmtp.AskAsync($"MAIL FROM:<x@example.org>\r\nRCPT TO:<{user}>\r\nDATA\r\n", "354");
        return await lmtp.AskAsync($"Subject: {subject}\r\n\r\nbody\r\n.\r\n", "250 2.");
    }

    /// <summary>Asks the admin socket; the rows.</summary>
    public async Task<List<JsonElement>> AdminAsync(string node, string verb, object request)
    {
        var socket = _nodes[node].Options.Listeners.Admin.Socket;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        using var response = await client.PostAsJsonAsync(new Uri("http://node/v1/" + verb), request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{verb}: {text}");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public async Task<string> ReadinessAsync(string node)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"http://{EndPoint(this[node], "http")}/readyz"));
        return $"{(int)response.StatusCode} {(await response.Content.ReadAsStringAsync()).Trim()}";
    }

    /// <summary>Waits until each of these nodes has some shards, and all have an owner.</summary>
    public async Task SettleAsync(params string[] nodes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var owners = (await AdminAsync(nodes[0], "cluster/shards", new { })).Select(shard => shard.GetProperty("node").GetString()!).Distinct().Order();
            if (owners.SequenceEqual(nodes.Order()))
            {
                return;
            }
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (node, _) in _nodes.Values)
        {
            await node.DisposeAsync();
        }
        _folder.Dispose();
    }
}
