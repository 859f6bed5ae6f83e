namespace MailCluster.Cluster.Tests;

/// <summary>
/// A client of one node that sends numbered items to entities, several at a time and without awaiting one before the next, and keeps what was
/// acknowledged. Every ask is to succeed: a cluster that still has a majority of its nodes lets nobody but the clients of the lost one down.
/// </summary>
internal sealed class TallyClient(TestCluster cluster, TestNode node, int number, EntityId entity)
{
    private readonly List<Append> _acknowledged = [];
    private bool _stop;
    private int _next;

    internal int Acknowledged => _acknowledged.Count;

    /// <summary>The longest that one item took.</summary>
    internal TimeSpan Longest { get; private set; }

    internal EntityId Entity => entity;

    /// <summary>Sends until <see cref="Stop"/>.</summary>
    internal async Task RunAsync(int atOnce, TimeSpan pause)
    {
        while (!_stop)
        {
            var sent = Enumerable.Range(0, atOnce).Select(_ => SendAsync()).ToArray();
            foreach (var item in sent)
            {
                await item;
            }

            await cluster.PassAsync(pause);
        }
    }

    internal void Stop() => _stop = true;

    /// <summary>What the journal holds is what was sent, once, in order, and nothing acknowledged is missing.</summary>
    internal void Check(IReadOnlyList<Append> journalled)
    {
        var mine = journalled.Where(item => item.Client == number).ToArray();
        Assert.Equal(Enumerable.Range(0, mine.Length), mine.Select(item => item.Number));
        Assert.Empty(_acknowledged.Except(mine));
        Assert.NotEmpty(_acknowledged);
    }

    private async Task SendAsync()
    {
        var item = new Append(Guid.NewGuid(), number, _next++);
        var begun = cluster.Now;
        await node.AskAsync<Appended>(entity, item);
        _acknowledged.Add(item);
        if (cluster.Now - begun > Longest)
        {
            Longest = cluster.Now - begun;
        }
    }
}

/// <summary>Several clients, and what is true of them at the end.</summary>
internal sealed class TallyLoad
{
    private readonly TestCluster _cluster;
    private readonly List<TallyClient> _clients = [];
    private readonly List<Task> _running = [];

    /// <summary>A client on each of the nodes for each of the entities.</summary>
    internal TallyLoad(TestCluster cluster, IEnumerable<TestNode> nodes, IReadOnlyList<EntityId> entities, int pauseMs = 25)
    {
        _cluster = cluster;
        foreach (var node in nodes)
        {
            foreach (var entity in entities)
            {
                var client = new TallyClient(cluster, node, _clients.Count, entity);
                _clients.Add(client);
                _running.Add(client.RunAsync(3, TimeSpan.FromMilliseconds(pauseMs)));
            }
        }
    }

    internal TimeSpan Longest => _clients.Max(client => client.Longest);

    internal int Acknowledged => _clients.Sum(client => client.Acknowledged);

    internal async Task StopAndCheckAsync()
    {
        _clients.ForEach(client => client.Stop());
        foreach (var running in _running)
        {
            await running;
        }

        foreach (var client in _clients)
        {
            client.Check(await _cluster.ReadAsync(client.Entity));
        }
    }
}
