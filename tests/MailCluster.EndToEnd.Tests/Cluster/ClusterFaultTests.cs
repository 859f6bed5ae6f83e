using System.Globalization;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>
/// Three node processes under a load whose every acknowledgement is kept, while nodes are killed, stopped, drained, restarted, cut off from the database and from each
/// other. Nothing acknowledged is lost or doubled, no number that a client is told is wrong, and no connection breaks but those of the process that is struck.
/// </summary>
/// <remarks>
/// <c>MAILCLUSTER_FAULT_SEED</c> and <c>MAILCLUSTER_FAULT_ROUNDS</c> change what is chosen and how often each is repeated (tests/soak/cluster-faults).
/// </remarks>
[Collection(ClusterCollection.Name)]
public sealed partial class ClusterFaultTests(ClusterFleet fleet)
{
    private static readonly int[] s_all = [.. Enumerable.Range(0, ClusterFleet.Nodes)];
    private static readonly int s_seed = FromEnvironment("MAILCLUSTER_FAULT_SEED", 20260101);
    private static readonly int s_rounds = FromEnvironment("MAILCLUSTER_FAULT_ROUNDS", 1);

    [Fact]
    public Task A_killed_node_takes_only_its_own_connections_along() => PlayAsync("kill -9", 2, async (load, victim) =>
    {
        await fleet[victim].KillAsync();
        await load.ProgressAsync();
        await fleet.StartAsync(victim);
        await fleet.SettleAsync();
    });

    [Fact]
    public async Task A_node_that_was_stopped_past_its_lease_finds_that_its_run_is_over()
    {
        await fleet.RepairAsync();
        var accounts = await fleet.AddAccountsAsync(2);
        var victim = await fleet.OwnerOfAsync(accounts[0]);
        // Clients of the stopped node wait with it, so they have a load of their own.
        await using var stopped = Load(accounts, [victim], "SIGSTOP, clients of the stopped node");
        await PlayAsync("SIGSTOP", 1, OthersThan(victim), async (load, _) =>
        {
            await stopped.ProgressAsync();
            fleet[victim].Doom();
            await fleet[victim].Process.SignalAsync("STOP");
            await fleet.SettleAsync();
            await load.ProgressAsync();

            await fleet[victim].Process.SignalAsync("CONT");
            var exit = await fleet[victim].EndedAsync();
            Assert.True(exit == 75, $"exit {exit}\n{fleet[victim].Process.Log}");
            await fleet.StartAsync(victim);
            await fleet.SettleAsync();
            await stopped.ProgressAsync();
        });
        await stopped.StopAndVerifyAsync();
    }

    [Fact]
    public Task A_node_that_leaves_hands_over_everything_and_ends_with_0() => PlayAsync("SIGTERM", 1, async (load, victim) =>
    {
        var exit = await fleet[victim].TerminateAsync();
        Assert.True(exit == 0, fleet[victim].Process.Log);
        Assert.Contains(" has left", fleet[victim].Process.Log, StringComparison.Ordinal);
        await load.ProgressAsync();
        await fleet.StartAsync(victim);
        await fleet.SettleAsync();
    });

    [Fact]
    public Task A_drained_node_keeps_its_clients() => PlayAsync("drain", 1, async (load, victim) =>
    {
        await fleet.DrainAsync(victim);
        await load.ProgressAsync();
        Assert.Equal(0, load.Refused);

        // It takes shards again when it is restarted.
        Assert.Equal(0, await fleet[victim].TerminateAsync());
        await fleet.StartAsync(victim);
        await fleet.SettleAsync();
    });

    [Fact]
    public async Task A_rolling_restart_fails_no_command_of_clients_on_other_nodes()
    {
        await fleet.RepairAsync();
        var ledger = new CrashLedger(await fleet.AddAccountsAsync(3));
        var flags = new FlagLedger();
        foreach (var victim in s_all)
        {
            await using var load = ClusterLoad.Start(fleet, ledger, flags, OthersThan(victim), s_seed + victim, "rolling restart");
            await load.ProgressAsync();
            var exit = await fleet[victim].TerminateAsync();
            Assert.True(exit == 0, fleet[victim].Process.Log);
            await load.ProgressAsync();
            await fleet.StartAsync(victim);
            await fleet.SettleAsync();
            await load.ProgressAsync();
            await load.StopAndVerifyAsync();
            Assert.Equal(0, load.Refused);
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static int[] OthersThan(int node) => [.. s_all.Where(other => other != node)];

    private Task PlayAsync(string fault, int times, Func<ClusterLoad, int, Task> strike) => PlayAsync(fault, times, s_all, strike);

    /// <summary>Strikes under load, now one node and now another, and compares everything at the end.</summary>
    private async Task PlayAsync(string fault, int times, int[] homes, Func<ClusterLoad, int, Task> strike)
    {
        for (var round = 0; round < s_rounds; round++)
        {
            var random = new Random(s_seed + round);
            await fleet.RepairAsync();
            var accounts = await fleet.AddAccountsAsync(3);
            await using var load = Load(accounts, homes, fault, round);
            await load.ProgressAsync();
            for (var time = 0; time < times; time++)
            {
                // One that matters: it owns an account of the load.
                await strike(load, await fleet.OwnerOfAsync(accounts[random.Next(accounts.Length)]));
                await load.ProgressAsync();
            }

            await load.StopAndVerifyAsync();
        }
    }

    private ClusterLoad Load(string[] accounts, int[] homes, string fault, int round = 0) =>
        ClusterLoad.Start(fleet, new CrashLedger(accounts), new FlagLedger(), homes, s_seed + round, fault);
}
