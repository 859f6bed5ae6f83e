using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;
using MailCluster.Testing.Smtp;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>
/// Three node processes on a PostgreSQL of their own, with certificates as <c>mailctl cluster init</c> makes them, and a <see cref="Relay"/> on each way between
/// them, so that any of it can be cut. A test leaves it with three nodes that serve.
/// </summary>
public sealed partial class ClusterFleet : IAsyncLifetime
{
    public const int Nodes = 3;
    public const int Shards = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly FleetNode?[] _nodes = new FleetNode?[Nodes];
    private PostgresServer? _server;
    private string _database = "";
    private int _accounts;

    /// <summary>What its nodes are started as to begin with.</summary>
    internal NodeRelease Begin { get; init; } = NodeRelease.Current;

    internal PostgresServer Server => _server!;

    /// <summary>Takes what the nodes send. A test that changes its answers puts them back.</summary>
    internal SmtpSink Outgoing { get; } = new();

    internal FleetNode this[int index] => _nodes[index] ?? throw new InvalidOperationException($"{NameOf(index)} does not run.");

    /// <summary>Those that run and are not about to break.</summary>
    internal IReadOnlyList<int> Up => [.. Enumerable.Range(0, Nodes).Where(index => _nodes[index] is { IsDoomed: false })];

    // The shortest times there are: mail that a node was sending when it died is tried again once its attempt is over.
    private string[] OutboundSettings =>
        ["outbound.relay=127.0.0.1", $"outbound.port={Outgoing.Port}", "outbound.attempt=5 s", "outbound.retry-first=1 s", "outbound.retry-max=2 s"];

    /// <summary>A script runs on each message that IMAP puts into the folder <c>Learn</c>: the message is marked, and a copy of it goes to <c>Learned</c>.</summary>
    private string[] EventSettings => [$"sieve.imap-events.rules=[{{folder=Learn,causes=[copy],before=\"{_folder.File("learn.sieve")}\"}}]"];

    public async Task InitializeAsync()
    {
        await System.IO.File.WriteAllTextAsync(
            _folder.File("learn.sieve"), """require ["imapsieve", "fileinto", "copy", "mailbox", "imap4flags"]; addflag "learned"; fileinto :copy :create "Learned";""");

        // Three nodes at once, each with its connections, on a machine of two cores.
        _server = await PostgresServer.StartAsync("shared_buffers = 64MB");
        _database = await _server.CreateDatabaseAsync();
        var names = Enumerable.Range(0, Nodes).SelectMany(index => new[] { "--node", NameOf(index) });
        await ClientProgram.RequireAsync(Repository.CtlProgram, ["cluster", "init", _folder.File("ca"), "--name", "fleet", .. names]);
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(index => StartAsync(index, Begin)));
        await SettleAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            if (node is not null)
                await node.DisposeAsync();
        }

        if (_server is not null)
            await _server.DisposeAsync();
        await Outgoing.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    internal static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"n{index + 1}");

    /// <summary>A file or folder of the fleet's own.</summary>
    internal string File(string name) => _folder.File(name);

    /// <summary>Starts a node that does not run.</summary>
    internal Task StartAsync(int index, params string[] settings) => StartAsync(index, NodeRelease.Current, settings);

    /// <summary>Starts a node that does not run as that release.</summary>
    internal async Task StartAsync(int index, NodeRelease release, params string[] settings)
    {
        if (_nodes[index] is { } before)
            await before.DisposeAsync();
        _nodes[index] = null;
        var name = NameOf(index);
        Directory.CreateDirectory(_folder.File(name));
        _nodes[index] = await FleetNode.StartAsync(
            name, _folder.File(name), Server.SocketPath, _database, _folder.File("ca/" + name), release, [.. OutboundSettings, .. EventSettings, .. settings]);
        _nodes[index]!.IsPlain = settings.Length == 0;
    }

    /// <summary>Has a node drained, which another is asked for, and waits until it is. It takes shards again when it is restarted.</summary>
    internal async Task DrainAsync(int index)
    {
        this[index].IsPlain = false;
        await this[(index + 1) % Nodes].Process.CtlAsync("cluster", "drain", NameOf(index), "--yes");
        await SettleAsync(index);
    }

    /// <summary>
    /// Makes good what a test that failed has left. A node that was cut off may hear at any moment that its run is over, so it is started again, as is one that is
    /// ending.
    /// </summary>
    internal async Task RepairAsync()
    {
        if (!Server.IsRunning)
            await Server.StartAgainAsync();
        for (var index = 0; index < Nodes; index++)
        {
            if (_nodes[index] is not { IsIntact: true } || !await IsServingAsync(index))
                await StartAsync(index);
        }

        await SettleAsync();
    }

    /// <summary>A node beside the three, for a test that expects it to be refused.</summary>
    internal Task<FleetNode> StartStrangerAsync(string name, string certificates, params string[] settings)
    {
        Directory.CreateDirectory(_folder.File(name));
        return FleetNode.StartAsync(name, _folder.File(name), Server.SocketPath, _database, certificates, NodeRelease.Current, settings);
    }

    /// <summary>Accounts that no other test has.</summary>
    internal async Task<string[]> AddAccountsAsync(int count, int node = 0)
    {
        var accounts = new string[count];
        for (var i = 0; i < count; i++)
        {
            accounts[i] = string.Create(CultureInfo.InvariantCulture, $"u{Interlocked.Increment(ref _accounts)}@example.com");
            await this[node].Process.AddUserAsync(accounts[i]);
        }

        return accounts;
    }

    /// <summary>The node that owns an account.</summary>
    internal async Task<int> OwnerOfAsync(string account)
    {
        var owner = -1;
        await Wait.UntilAsync(
            async () =>
            {
                var row = Assert.Single(await CtlRowsAsync(Up[0], "cluster", "where", "-u", account));
                owner = Up.Where(index => NameOf(index) == row.GetProperty("node").GetString()).DefaultIfEmpty(-1).First();
                return owner >= 0;
            },
            () => $"{account} has an owner that is up");
        return owner;
    }

    /// <summary>How many shards a node has, as it says itself.</summary>
    internal async Task<int> SharesOfAsync(int index)
    {
        var metrics = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{this[index].Process.HttpPort}/metrics"));
        return int.Parse(OwnedShards().Match(metrics).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    private async Task<bool> IsServingAsync(int index)
    {
        try
        {
            await SharesOfAsync(index);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Waits until every shard has an owner that is up, and each node that is up has some.</summary>
    /// <param name="drained">Nodes that are to have none.</param>
    internal async Task SettleAsync(params int[] drained)
    {
        (int Index, int Shards)[] shares = [];
        await Wait.UntilAsync(
            async () =>
            {
                shares = await Task.WhenAll(Up.Select(async index => (index, await SharesOfAsync(index))));
                return shares.Sum(share => share.Shards) == Shards && shares.All(share => share.Shards > 0 != drained.Contains(share.Index));
            },
            () =>
            {
                var owned = shares.Select(share => $"{NameOf(share.Index)} has {share.Shards}");
                return $"the shards settle; {string.Join(", ", owned)}; drained are {string.Join(", ", drained.Select(NameOf))}\n{LogEnds()}";
            });
    }

    /// <summary>What each node that is up said last.</summary>
    internal string LogEnds() =>
        string.Join('\n', Up.Select(index => $"--- {NameOf(index)}\n{string.Join('\n', this[index].Process.Log.Split('\n').TakeLast(25))}"));

    /// <summary>Cuts a node off from its peers, silently.</summary>
    /// <param name="index">The node.</param>
    /// <param name="fromIt">What it sends does not arrive.</param>
    /// <param name="toIt">What is sent to it does not arrive.</param>
    internal void CutFromPeers(int index, bool fromIt = true, bool toIt = true)
    {
        var process = this[index].Process.Id;
        this[index].Peers.Cut((toIt ? Way.ToTarget : Way.None) | (fromIt ? Way.FromTarget : Way.None));
        foreach (var other in Up.Where(other => other != index))
            this[other].Peers.Cut(source => source != process ? Way.None : (fromIt ? Way.ToTarget : Way.None) | (toIt ? Way.FromTarget : Way.None));
    }

    internal void HealPeers()
    {
        foreach (var node in Up)
            this[node].Peers.Heal();
    }

    internal async Task<List<JsonElement>> CtlRowsAsync(int node, params string[] arguments)
    {
        var result = await this[node].Process.CtlAsync(["--format", "json", .. arguments]);
        using var document = JsonDocument.Parse(result.Output);
        return [.. document.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    [GeneratedRegex(@"^mailcluster_cluster_shards_owned(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex OwnedShards();
}
