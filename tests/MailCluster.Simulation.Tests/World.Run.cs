using MailCluster.Cluster.Membership;
using MailCluster.Mailboxes;
using MailCluster.Simulation.Tests.Checks;
using MailCluster.Simulation.Tests.Faults;

namespace MailCluster.Simulation.Tests;

/// <summary>A run from its start to its end: start, faults, then all is put right and everything must be served again.</summary>
internal sealed partial class World
{
    /// <summary>From when all is put right until every shard is served: a lease of a silent node, a join, claims, and what is waited for between.</summary>
    private static readonly TimeSpan s_settleMax = TimeSpan.FromSeconds(45);

    /// <summary>A command, when all is well.</summary>
    private static readonly TimeSpan s_commandMax = TimeSpan.FromSeconds(2);

    private readonly List<Session> _sessions = [];

    /// <summary>Nothing is waited for any more.</summary>
    internal bool IsOver { get; private set; }

    internal async Task RunAsync()
    {
        for (var i = 0; i < Nodes.Length; i++)
        {
            StartNode(i);
            await PassAsync(TimeSpan.FromMilliseconds(Random.Next(0, 500)));
        }

        var faults = new FaultInjector(this);
        await faults.RunAsync();
        faults.Heal();
        var healed = Now;
        await RestartDrainedAsync(faults);
        await SettleAsync(faults);
        await ProbeAsync();
        Trace.Write($"over, {Now - healed} after all was put right");
        IsOver = true;
    }

    private void StartSessions(SimulatedNode node)
    {
        foreach (var account in AccountIds)
        {
            for (var i = 0; i < Scenario.SessionsPerNode; i++)
            {
                var session = new Session(this, node, account, _sessions.Count);
                _sessions.Add(session);
                _ = node.Process.RunAsync(session.RunAsync);
            }
        }
    }

    /// <summary>Every node serves and knows the map, every shard has a living owner, and nothing waits.</summary>
    private bool IsSettled()
    {
        var map = Map;
        return Nodes.All(node => node.IsServing && node.Node.Membership.HasLease && node.Node.Membership.Map.Version == map.Version)
            && map.Owners.All(owner => map.Find(owner) is { Status: MemberStatus.Active })
            && map.LevelOfAll == map.Level && Nodes.All(node => node.Node.Membership.Level == map.Level)
            && Nodes.All(node => map.Owners.Count(owner => owner == node.Generation) <= ShareMax)
            && Nodes.All(node => node.Region!.CountBuffered() == 0);
    }

    private int ShareMax => (Scenario.Shards + Nodes.Length - 1) / Nodes.Length;

    /// <summary>A drained node has done its service; a new run of it takes its share again.</summary>
    private async Task RestartDrainedAsync(FaultInjector faults)
    {
        for (var i = 0; i < Nodes.Length; i++)
        {
            if (Nodes[i].IsDrained)
            {
                await faults.RestartAsync(i);
            }
        }
    }

    /// <summary>
    /// Waits until all is well and stays so for a lease: what was under way when all was put right may still cost a node its lease. Sessions end meanwhile.
    /// </summary>
    private async Task SettleAsync(FaultInjector faults)
    {
        IsEnding = true;
        var settled = TimeSpan.MaxValue;
        await UntilAsync(
            () =>
            {
                faults.RestartSuperseded();
                settled = !faults.IsQuiet || !IsSettled() || WaitingSessions().Any() ? TimeSpan.MaxValue : settled < Now ? settled : Now;
                return settled < Now - Scenario.Cluster.Lease;
            },
            s_settleMax + Scenario.Cluster.Lease,
            () => $"not every shard is served: {Describe()}{string.Concat(WaitingSessions().Select(session => $"; a session waits: {session}"))}");
    }

    private IEnumerable<Session> WaitingSessions() => _sessions.Where(session => !session.IsOver && !session.Node.Process.IsKilled);

    /// <summary>Every account answers on every node, at once.</summary>
    private async Task ProbeAsync()
    {
        foreach (var node in Nodes)
        {
            foreach (var account in AccountIds)
            {
                var done = node.Process.RunAsync(async () =>
                {
                    var floor = Oracle.Floor(account);
                    var inbox = await node.Client!.SendAsync(account, new DescribeFolder(FolderName.Inbox), CommandContext.None, CancellationToken.None);
                    Oracle.Read(account, inbox, floor, node);
                    if (node.Region!.PlaceOf(new Cluster.EntityId(account.Value)) == Cluster.EntityPlace.Here)
                    {
                        var all = await node.Client.SendAsync(account, new InspectAccount(), CommandContext.None, CancellationToken.None);
                        Oracle.Inspected(account, all);
                    }
                });
                await UntilAsync(() => done.IsCompleted, s_commandMax, () => $"{account} does not answer on {node.Name}: {Describe()}");
                if (done.Exception is { } failed)
                {
                    Oracle.Fail(Promise.ServedAgain, $"{account} on {node.Name}: {failed.InnerException}");
                }
            }
        }
    }

    private async Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> otherwise)
    {
        var end = Now + limit;
        while (Oracle.Violation is null && !condition())
        {
            if (Now > end)
            {
                Oracle.Fail(Promise.ServedAgain, $"after {limit}, {otherwise()}");
            }

            await PassAsync(TimeSpan.FromMilliseconds(20));
        }
    }

    private string Describe()
    {
        var map = Map;
        return $"map {map.Version}, owners {string.Join(' ', map.Owners)}; " + string.Join("; ", Nodes.Select(node =>
            $"{node.Name}.{node.Generation} serving {node.IsServing}, lease {node.Node.Membership.HasLease}, map {node.Node.Membership.Map.Version}, "
            + $"buffered {node.Region?.CountBuffered()}{(node.IsDrained ? ", drained" : "")}"));
    }
}
