using System.Collections.Concurrent;
using System.Net.Sockets;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>
/// Clients of all kinds on several nodes and accounts, each telling the ledgers before it sends and after it is answered, through any fault. A connection to a node
/// that is not itself struck must hold, and what it is told must fit together; a client of one that is struck goes to another. Refusals for now are counted,
/// and any other is a failure.
/// </summary>
internal sealed partial class ClusterLoad : IAsyncDisposable
{
    private readonly ClusterFleet _fleet;
    private readonly IReadOnlyList<int> _homes;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _clients = [];
    private readonly ConcurrentBag<Watcher> _watchers = [];
    private readonly ConcurrentDictionary<(string Account, string Kind), int> _done = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _refused;

    private ClusterLoad(ClusterFleet fleet, CrashLedger ledger, FlagLedger flags, IReadOnlyList<int> homes, string story)
    {
        _fleet = fleet;
        Ledger = ledger;
        Flags = flags;
        _homes = homes;
        Story = story;
    }

    public CrashLedger Ledger { get; }

    public FlagLedger Flags { get; }

    /// <summary>What a failure is to be found again by: what is done, and the seed.</summary>
    public string Story { get; }

    /// <summary>Commands answered "unavailable".</summary>
    public int Refused => _refused;

    /// <param name="fleet">The nodes.</param>
    /// <param name="ledger">May be from an earlier load on the same accounts.</param>
    /// <param name="flags">As <paramref name="ledger"/>.</param>
    /// <param name="homes">The nodes that clients are on.</param>
    /// <param name="seed">What the clients choose.</param>
    /// <param name="what">For failures.</param>
    public static ClusterLoad Start(ClusterFleet fleet, CrashLedger ledger, FlagLedger flags, IReadOnlyList<int> homes, int seed, string what)
    {
        var load = new ClusterLoad(fleet, ledger, flags, homes, $"{what}, seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < ledger.Accounts.Count; i++)
        {
            var account = ledger.Accounts[i];
            load.Begin(account, "deliver", i, random.Next(), load.DeliverAsync);
            load.Begin(account, "append", i + 1, random.Next(), load.AppendAsync);
            load.Begin(account, "store", i + 2, random.Next(), load.StoreAsync);
            load.Begin(account, "expunge", i, random.Next(), load.MoveAndExpungeAsync);
            foreach (var home in homes)
                load.Begin(account, "watch", home, random.Next(), load.WatchAsync);
        }

        return load;
    }

    /// <summary>Completes when each writer of each account has been served so often again, counted from now; a failed client fails it.</summary>
    public async Task ProgressAsync(int times = 2)
    {
        string[] kinds = ["deliver", "append", "store", "expunge"];
        var wanted = Ledger.Accounts.SelectMany(account => kinds.Select(kind => (account, kind)))
            .ToDictionary(key => key, key => _done.GetValueOrDefault(key) + times);
        while (true)
        {
            var moved = _moved.Task;
            var late = wanted.Where(pair => _done.GetValueOrDefault(pair.Key) < pair.Value).Select(pair => pair.Key).ToList();
            if (late.Count == 0)
                return;
            await (await Task.WhenAny(moved, _failed.Task).WaitAsync(Wait.Limit).ContinueWith(
                waited => waited.IsCompletedSuccessfully ? waited.Result : Task.FromException(new TimeoutException($"{Story}: no progress of {string.Join(", ", late)}")),
                TaskScheduler.Default));
        }
    }

    /// <summary>Completes when some command has been refused for now; a failed client fails it.</summary>
    public async Task RefusalAsync()
    {
        var before = _refused;
        while (_refused == before)
            await await Task.WhenAny(_moved.Task, _failed.Task).WaitAsync(Wait.Limit);
    }

    /// <summary>Ends the clients, checks every account on every node against the ledgers, and what each watcher was shown.</summary>
    public async Task StopAndVerifyAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_clients).ForAsync($"{Story}: the clients' last answers");
        foreach (var account in Ledger.Accounts)
        {
            IReadOnlyList<(uint Uid, string Flags)> truth = [];
            foreach (var node in _fleet.Up)
                truth = await VerifyAsync(account, node);
            foreach (var watcher in _watchers.Where(watcher => watcher.Account == account && watcher.IsOpen))
                await watcher.CheckAsync(truth, Story);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var watcher in _watchers)
            await watcher.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<IReadOnlyList<(uint Uid, string Flags)>> VerifyAsync(string account, int node)
    {
        var when = $"{Story}, seen from {ClusterFleet.NameOf(node)}";
        await using var client = await _fleet[node].Process.ConnectImapAsync(account, tls: false);
        List<FolderContent> folders = [];
        IReadOnlyList<(uint Uid, string Flags)> inbox = [];
        foreach (var name in new[] { "INBOX", Kept })
        {
            var select = await client.SendAsync($"SELECT {name}");
            if (!select.IsOk && name == Kept)
                continue; // No client came so far as to make it.
            Assert.True(select.IsOk, select.Tagged);
            folders.Add(new FolderContent(name, CrashLoad.UidValidity(select), await client.FetchAllAsync()));
            if (name == "INBOX")
                inbox = FlagsOf(await client.RequireAsync("UID FETCH 1:* (UID FLAGS)"));
        }

        Ledger.Verify(account, folders, when);
        Flags.Verify(account, inbox, when);
        return inbox;
    }

    private void Begin(string account, string kind, int home, int seed, Func<Client, Task> play) =>
        _clients.Add(PlayAsync(new Client(account, kind, home, new Random(seed)), play));

    /// <summary>Plays a client until the load ends: again after each refusal and each break that the fault explains.</summary>
    private async Task PlayAsync(Client client, Func<Client, Task> play)
    {
        for (var turn = 0; !_stopping.IsCancellationRequested; turn++)
        {
            var node = NodeFor(client.Home + turn);
            if (node is null)
            {
                await PauseAsync();
                continue;
            }

            try
            {
                client.Node = node;
                await play(client);
            }
            catch (RefusedException)
            {
                turn--; // the same node once more: a refusal is no reason to go
                await CountRefusalAsync();
            }
            catch (Exception error) when (error is IOException or SocketException && node.IsDoomed)
            {
                // The fault took the connection with its process.
                Moved();
            }
            catch (Exception error)
            {
                _failed.TrySetException(new InvalidOperationException($"{Story}: {client.Kind} {client.Account} on {node.Name}: {error.Message}\n{node.Process.Log}", error));
                Moved();
                throw;
            }
        }
    }

    /// <summary>Plays on over one connection until the load ends; after a refusal the connection is still good.</summary>
    private async Task RepeatAsync(Func<Task> step)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await step();
            }
            catch (RefusedException)
            {
                await CountRefusalAsync();
            }
        }
    }

    private async Task CountRefusalAsync()
    {
        Interlocked.Increment(ref _refused);
        Moved();
        await PauseAsync();
    }

    private static Task PauseAsync() => Task.Delay(Pause, TimeProvider.System);

    private FleetNode? NodeFor(int turn)
    {
        var up = _fleet.Up.Intersect(_homes).ToList();
        return up.Count == 0 ? null : _fleet[up[turn % up.Count]];
    }

    private void Done(Client client)
    {
        _done.AddOrUpdate((client.Account, client.Kind), 1, (_, count) => count + 1);
        Moved();
    }

    private void Moved() =>
        Interlocked.Exchange(ref _moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private sealed class Client(string account, string kind, int home, Random random)
    {
        public string Account => account;

        public string Kind => kind;

        public int Home => home;

        public Random Random => random;

        public FleetNode Node { get; set; } = null!;
    }
}
